import { documentsOf, MAJORITY } from '@cpm/runtime-mongo';
import type { Connection, mongo } from 'mongoose';

/** All chunks of a file but the last have this size, as GridFS wants it. */
export const CHUNK_BYTES = 255 * 1024;
/** How many chunks of a download are in memory at once. */
const CHUNKS_PER_FETCH = 4;
const DUPLICATE_KEY = 11_000;

/** A chunk as the GridFS specification has it; readers do not mind the further field. */
interface ChunkDocument {
  readonly _id: string;
  readonly files_id: string;
  readonly n: number;
  readonly data: mongo.Binary | Buffer;
  /** Which of several writers of the same upload wrote it. */
  readonly epoch: number;
}

/** The place of one chunk, and who writes there. */
export interface ChunkPlace {
  readonly fileId: string;
  readonly n: number;
  readonly epoch: number;
}

/** The chunk documents of a GridFS bucket, one by one: the driver's upload stream can only start at the first. */
export class GridChunks {
  constructor(
    private readonly connection: Connection,
    private readonly bucket: string,
  ) {}

  async ensureIndexes(): Promise<void> {
    // The name that the driver gives it, so that a bucket that it has made before is as it should be.
    await this.chunks.createIndexes([{ key: { files_id: 1, n: 1 }, name: 'files_id_1_n_1', unique: true }]);
  }

  /** Puts a chunk, also over one of an earlier writer; false when a later writer's is there. `data` is free again afterwards. */
  async put({ fileId, n, epoch }: ChunkPlace, data: Buffer): Promise<boolean> {
    const _id = `${fileId}:${n}`;
    // Two writers that put the same chunk first collide whichever of them is later: the second attempt sees who is.
    for (let attempt = 0; attempt < 2; attempt += 1) {
      try {
        await this.chunks.updateOne({ _id, epoch: { $lte: epoch } }, { $set: { files_id: fileId, n, data, epoch } }, { upsert: true, writeConcern: MAJORITY });
        return true;
      } catch (error) {
        if ((error as { code?: unknown }).code !== DUPLICATE_KEY) throw error;
      }
    }
    return false;
  }

  /** The bytes from `first` up to, not including, `end`. @throws when a chunk is missing or too short */
  async *read(fileId: string, first: number, end: number): AsyncGenerator<Buffer, void, undefined> {
    if (end <= first) return;
    let n = Math.floor(first / CHUNK_BYTES);
    let at = first;
    // The limit spares the question whether there are more, for which the last byte's reader would wait.
    const cursor = this.chunks.find({ files_id: fileId, n: { $gte: n } }, { sort: { n: 1 }, limit: Math.ceil(end / CHUNK_BYTES) - n, batchSize: CHUNKS_PER_FETCH });
    try {
      for await (const chunk of cursor) {
        const start = n * CHUNK_BYTES;
        const part = bytesOf(chunk).subarray(at - start, end - start);
        at += part.length;
        if (chunk.n !== n || at !== Math.min(start + CHUNK_BYTES, end)) break;
        n += 1;
        yield part;
        if (at === end) return;
      }
    } finally {
      await cursor.close();
    }
    throw new Error(`chunk ${n} of file ${fileId} is not as it should be`);
  }

  async remove(fileIds: readonly string[]): Promise<void> {
    await this.chunks.deleteMany({ files_id: { $in: [...fileIds] } }, { writeConcern: MAJORITY });
  }

  private get chunks(): mongo.Collection<ChunkDocument> {
    return documentsOf<ChunkDocument>(this.connection, `${this.bucket}.chunks`);
  }
}

function bytesOf({ data }: ChunkDocument): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Buffer.from(data.buffer.buffer, data.buffer.byteOffset, data.position);
}
