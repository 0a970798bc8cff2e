import { createRequire } from 'node:module';

interface Decoder {
  readVarIntArray(this: Decoder, read: (decoder: Decoder) => unknown): unknown[];
}

/** Nothing here reads headers: traces go with the event (docs/decisions/0009). */
export const HEADERS_READ = 64;
const LIMITED = Symbol('limited');

/**
 * kafkajs 2.2.4 copies all headers of a record once for each of them (protocol/recordBatch/record/v0/decoder.js): one record of 3,000 stops the process
 * for seconds, and one of a full batch until its consumers have lost their partitions, over and over. Only the first are handed to it; once per process.
 */
export function limitHeaders(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/protocol/decoder') as { prototype: Decoder & { [LIMITED]?: true } };
  if (prototype[LIMITED]) return;
  const readAll = prototype.readVarIntArray;
  prototype.readVarIntArray = function readSome(read) {
    return readAll.call(this, read).slice(0, HEADERS_READ);
  };
  prototype[LIMITED] = true;
}
