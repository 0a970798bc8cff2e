import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip, constants } from 'node:zlib';

const LENGTH_BYTES = 4;
/** Of one document in MongoDB, with room for what the server adds. */
const LONGEST = 17 * 2 ** 20;

/** Writes documents as they come and answers their number. */
export async function writeBson(path: string, documents: AsyncIterable<Uint8Array>): Promise<number> {
  let count = 0;
  const counted = async function* () {
    for await (const document of documents) {
      count += 1;
      yield document;
    }
  };
  await pipeline(Readable.from(counted()), createGzip({ level: constants.Z_BEST_SPEED }), createWriteStream(path, { mode: 0o600 }));
  return count;
}

/** The documents of such a file, each whole. @throws when it ends inside of one, or is none */
export async function* readBson(path: string): AsyncGenerator<Buffer> {
  const unpacked = createGunzip();
  createReadStream(path).on('error', (error) => unpacked.destroy(error)).pipe(unpacked);
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of unpacked as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let length = lengthOf(rest, path); length !== undefined && rest.length >= length; length = lengthOf(rest, path)) {
      yield rest.subarray(0, length);
      rest = rest.subarray(length);
    }
  }
  if (rest.length > 0) throw new Error(`${path}: ends inside of a document`);
}

function lengthOf(rest: Buffer, path: string): number | undefined {
  if (rest.length < LENGTH_BYTES) return undefined;
  const length = rest.readInt32LE(0);
  if (length <= LENGTH_BYTES || length > LONGEST) throw new Error(`${path}: holds something else than documents`);
  return length;
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
