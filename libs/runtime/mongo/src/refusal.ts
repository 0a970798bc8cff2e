import { RefusedWriteError } from '@cpm/runtime-ports';
import { mongo } from 'mongoose';

/**
 * Codes by which the server refuses what a write holds, whenever it is asked: Overflow (nested too deep), InvalidBSON, DollarPrefixedFieldName, DottedFieldName, and
 * documents that are, or would become, too large (src/mongo/base/error_codes.yml; the last three as the server's own texts have them).
 */
const CONTENT_CODES: ReadonlySet<unknown> = new Set([15, 22, 52, 57, 10_334, 17_419, 17_420]);

/** What the error is when its cause is the content of the write; undefined when the same write may succeed later. */
export function refusalOf(error: unknown): RefusedWriteError | undefined {
  if (error instanceof RefusedWriteError) return error;
  if (error instanceof mongo.MongoServerError && CONTENT_CODES.has(error.code)) return new RefusedWriteError(`the database refuses it with code ${String(error.code)}`, { cause: error });
  if (error instanceof mongo.BSON.BSONError || error instanceof mongo.MongoInvalidArgumentError || (error as Error).name === 'RangeError') {
    return new RefusedWriteError('it cannot be a document of the database', { cause: error });
  }
  return undefined;
}
