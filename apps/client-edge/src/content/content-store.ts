import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { payloadTooLarge } from '@cpm/http';
import type { Clock } from '@cpm/runtime-ports';
import type { CpmAddress } from '@cpm/vocabulary';
import { mongo, type Connection } from 'mongoose';
import { collectionOf, COMMITTED, databaseOf, MAJORITY } from '../database.js';
import type { EdgeConfig } from '../edge-config.js';
import { CLOCK, EDGE_CONFIG, MONGO } from '../ports.js';
import type { ByteRange } from './byte-range.js';

export interface StoredFile {
  readonly id: string;
  readonly size: number;
  readonly sha256: string;
  readonly contentType: string;
  readonly fileName?: string;
  /** Epoch ms; infinite for texts of messages, whose life the message store decides. */
  readonly expiresAtMs: number;
}

export interface Upload {
  readonly owner: CpmAddress;
  readonly contentType: string;
  readonly fileName?: string;
}

interface Metadata {
  contentType: string;
  sha256?: string;
  owner?: CpmAddress;
  fileName?: string;
  expiresAtMs?: number;
  erased?: boolean;
}

interface FileDocument {
  _id: string;
  length: number;
  metadata: Metadata;
}

const BUCKET = 'content';
/** How long an expired file is still answered as gone rather than unknown. */
const REMEMBERED_MS = 30 * 86_400_000;
const CHUNK_BYTES = 255 * 1024;

/**
 * Files and texts too long for the log, in GridFS. An id holds 144 random bits: whoever has it was given it, so any
 * authenticated device may fetch with it.
 */
@Injectable()
export class ContentStore {
  constructor(
    @Inject(MONGO) private readonly connection: Connection,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(EDGE_CONFIG) private readonly config: EdgeConfig,
  ) {}

  /** Stores a file while it arrives. Rejects with a 413 problem, or the stream's error, and keeps nothing. */
  async keepFile(source: Readable, { owner, contentType, fileName }: Upload): Promise<StoredFile> {
    const expiresAtMs = this.clock.now() + this.config.EDGE_FILE_TTL_SEC * 1000;
    const metadata: Metadata = { contentType, owner, expiresAtMs, ...(fileName !== undefined && { fileName }) };
    // The request must stay readable when the file is refused, or its sender could not be told.
    const chunks = source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    const { id, size } = await this.write(chunks, metadata, this.config.EDGE_MAX_FILE_BYTES);
    return { id, size, sha256: metadata.sha256 as string, contentType, expiresAtMs, ...(fileName !== undefined && { fileName }) };
  }

  /** Stores a message's text for as long as the message is stored; its id. */
  async keepText(text: string, contentType: string): Promise<string> {
    const bytes = Buffer.from(text);
    return (await this.write(Readable.from([bytes]), { contentType }, bytes.length)).id;
  }

  /** Undefined when nothing was ever stored under the id, or it is gone for long. */
  async find(id: string): Promise<StoredFile | undefined> {
    const found = await this.files.findOne({ _id: id }, { readConcern: COMMITTED });
    if (!found) return undefined;
    const { length, metadata: { contentType, sha256 = '', fileName, expiresAtMs = Infinity } } = found;
    return { id, size: length, sha256, contentType, expiresAtMs, ...(fileName !== undefined && { fileName }) };
  }

  read({ id }: StoredFile, range?: ByteRange): Readable {
    const stream = this.bucket.openDownloadStream(objectId(id), range && { start: range.first, end: range.last + 1 });
    return stream as unknown as Readable;
  }

  async remove(id: string): Promise<void> {
    await this.bucket.delete(objectId(id));
  }

  /** Erases expired files; what is known of them stays for thirty days. Any number of replicas may do so. */
  async eraseExpired(): Promise<void> {
    const now = this.clock.now();
    const expired = await this.files.find({ 'metadata.expiresAtMs': { $lte: now }, 'metadata.erased': { $exists: false } }, { projection: { _id: 1 }, limit: 1_000 }).toArray();
    for (const { _id } of expired) {
      await this.chunks.deleteMany({ files_id: _id });
      await this.files.updateOne({ _id }, { $set: { 'metadata.erased': true } });
    }
    await this.files.deleteMany({ 'metadata.expiresAtMs': { $lte: now - REMEMBERED_MS }, 'metadata.erased': true });
  }

  async ensureIndexes(): Promise<void> {
    await this.files.createIndexes([{ key: { 'metadata.expiresAtMs': 1 }, name: 'expiry', partialFilterExpression: { 'metadata.expiresAtMs': { $exists: true } } }]);
  }

  private async write(source: AsyncIterable<Buffer>, metadata: Metadata, limitBytes: number): Promise<{ id: string; size: number }> {
    const id = randomBytes(18).toString('base64url');
    const target = this.bucket.openUploadStreamWithId(objectId(id), metadata.fileName ?? id, { metadata, chunkSizeBytes: CHUNK_BYTES });
    const sha256 = createHash('sha256');
    let size = 0;
    try {
      // One chunk after the other: when this fails nothing is under way that could be written after the clean-up.
      for await (const chunk of source) {
        size += chunk.length;
        if (size > limitBytes) throw payloadTooLarge(limitBytes);
        sha256.update(chunk);
        await settled((done) => target.write(chunk, done));
      }
      // The bucket writes the metadata after the last chunk.
      metadata.sha256 = sha256.digest('hex');
      await settled((done) => target.end(done));
    } catch (error) {
      await target.abort();
      throw error;
    }
    return { id, size };
  }

  private get bucket(): mongo.GridFSBucket {
    return new mongo.GridFSBucket(databaseOf(this.connection), { bucketName: BUCKET, writeConcern: MAJORITY });
  }

  private get files(): mongo.Collection<FileDocument> {
    return collectionOf<FileDocument>(this.connection, `${BUCKET}.files`);
  }

  private get chunks(): mongo.Collection<{ _id: mongo.ObjectId; files_id: string }> {
    return collectionOf(this.connection, `${BUCKET}.chunks`);
  }
}

/** GridFS takes ids of any type; its TypeScript signature knows one only. */
function objectId(id: string): mongo.ObjectId {
  return id as unknown as mongo.ObjectId;
}

function settled(start: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
}
