import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { payloadTooLarge } from '@cpm/http';
import { COMMITTED, documentsOf, MAJORITY } from '@cpm/runtime-mongo';
import type { Clock } from '@cpm/runtime-ports';
import type { CpmAddress } from '@cpm/vocabulary';
import type { Connection, mongo } from 'mongoose';
import type { ByteRange } from './byte-range.js';
import { ChunkWriter } from './chunk-writer.js';
import { CHUNK_BYTES, GridChunks } from './grid-chunks.js';

export interface StoredFile {
  readonly id: string;
  readonly size: number;
  readonly sha256: string;
  readonly contentType: string;
  readonly fileName?: string;
  /** Epoch ms; infinite for texts of messages, whose life the message store decides. */
  readonly expiresAtMs: number;
}

/** What a content is, as its owner says. */
export interface ContentKind {
  readonly owner: CpmAddress;
  readonly contentType: string;
  readonly fileName?: string;
}

/** A file whose chunks are there and which nobody can fetch yet. */
export interface WholeFile extends ContentKind {
  readonly id: string;
  readonly size: number;
  readonly sha256: string;
}

/** How long a file lives, in ms: at all, and until something names it. */
export interface ContentLives {
  readonly fileMs: number;
  readonly unusedMs: number;
}

interface Metadata {
  readonly contentType: string;
  readonly sha256?: string;
  readonly owner?: CpmAddress;
  readonly fileName?: string;
  readonly expiresAtMs?: number;
  /** When the file is erased unless a message has named it until then. */
  readonly unusedUntilMs?: number;
  /** When somebody looks whether anything still names it; only of contents that are kept until nothing does. */
  readonly reviewAtMs?: number;
  /** False while its chunks are being erased, true afterwards. */
  readonly erased?: boolean;
}

interface FileDocument {
  readonly _id: string;
  readonly length: number;
  readonly chunkSize: number;
  readonly uploadDate: Date;
  readonly filename: string;
  readonly metadata: Metadata;
}

const BUCKET = 'content';
/** How long an expired file is still answered as gone rather than unknown. */
const REMEMBERED_MS = 30 * 86_400_000;
const ERASED_AT_ONCE = 1_000;
/** A text is named by frames and deliveries before, and beside, the objects of boxes: for thirty days each. */
const TEXT_REVIEW_MS = 62 * 86_400_000;
const REVIEW_MS = 30 * 86_400_000;

export const newFileId = (): string => randomBytes(18).toString('base64url');

/**
 * Files and texts too long for the log, in GridFS. An id holds 144 random bits: whoever has it was given it, so any
 * authenticated device may fetch with it. Every service sees the same contents; one process that calls `eraseExpired` is enough.
 */
export class ContentStore {
  readonly chunks: GridChunks;

  constructor(
    private readonly connection: Connection,
    private readonly clock: Clock,
    private readonly lives: ContentLives,
  ) {
    this.chunks = new GridChunks(connection, BUCKET);
  }

  /** Lets a file be fetched from now on; once more for the same file changes nothing but its times. */
  async publish({ id, size, sha256, owner, contentType, fileName }: WholeFile): Promise<StoredFile> {
    const now = this.clock.now();
    const [expiresAtMs, unusedUntilMs] = [now + this.lives.fileMs, now + this.lives.unusedMs];
    const named = fileName === undefined ? {} : { fileName };
    await this.describe(id, size, { contentType, owner, sha256, expiresAtMs, unusedUntilMs, ...named });
    return { id, size, sha256, contentType, expiresAtMs: Math.min(expiresAtMs, unusedUntilMs), ...named };
  }

  /** Stores what comes, one chunk in memory, and publishes it. Rejects with a 413 problem, or the error of the source, and keeps nothing. */
  async store(source: AsyncIterable<Buffer>, kind: ContentKind, limitBytes: number): Promise<StoredFile> {
    const id = newFileId();
    try {
      // Described before it is there, so that what a crash leaves is erased as unused.
      await this.describe(id, 0, { ...kind, unusedUntilMs: this.clock.now() + this.lives.unusedMs });
      return await this.publish({ id, ...kind, ...(await this.write(id, source, limitBytes)) });
    } catch (error) {
      await this.remove(id).catch(() => undefined);
      throw error;
    }
  }

  /** Stores a message's text for as long as the message is stored; its id. */
  async keepText(text: string, contentType: string): Promise<string> {
    const id = newFileId();
    try {
      const { size, sha256 } = await this.write(id, [Buffer.from(text)], Infinity);
      await this.describe(id, size, { contentType, sha256, reviewAtMs: this.clock.now() + TEXT_REVIEW_MS });
    } catch (error) {
      await this.chunks.remove([id]);
      throw error;
    }
    return id;
  }

  /** Undefined when nothing was ever stored under the id, or it is gone for long. */
  async find(id: string): Promise<StoredFile | undefined> {
    const found = await this.files.findOne({ _id: id }, { readConcern: COMMITTED });
    if (!found) return undefined;
    const { length, metadata: { contentType, sha256 = '', fileName, expiresAtMs = Infinity, unusedUntilMs = Infinity } } = found;
    return { id, size: length, sha256, contentType, expiresAtMs: Math.min(expiresAtMs, unusedUntilMs), ...(fileName !== undefined && { fileName }) };
  }

  /** The content as a stream that reads ahead by about a mebibyte. */
  read({ id, size }: StoredFile, { first, last }: ByteRange = { first: 0, last: size - 1 }): Readable {
    return Readable.from(this.chunks.read(id, first, last + 1), { objectMode: false, highWaterMark: CHUNK_BYTES });
  }

  /** A message or stored object names the file: it is kept until then at least, `Infinity` until it is removed. Idempotent; false when there is nothing to keep any more. */
  async markUsed(id: string, untilMs: number): Promise<boolean> {
    const { matchedCount } = await this.files.updateOne(
      { _id: id, 'metadata.erased': { $exists: false } },
      {
        $unset: { 'metadata.unusedUntilMs': '' }, $max: { 'metadata.expiresAtMs': untilMs },
        ...(untilMs === Infinity && { $set: { 'metadata.reviewAtMs': this.clock.now() + REVIEW_MS } }),
      },
      { writeConcern: MAJORITY },
    );
    return matchedCount === 1;
  }

  /** Contents that are kept until nothing names them, and that nobody has looked after for long. */
  async toReview(limit: number): Promise<string[]> {
    const due = await this.files.find({ 'metadata.reviewAtMs': { $lte: this.clock.now() } }, { sort: { 'metadata.reviewAtMs': 1 }, limit, projection: { _id: 1 } }).toArray();
    return due.map(({ _id }) => _id);
  }

  /** Whether anything names some of them is to be looked at now. */
  async askForReview(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.files.updateMany({ _id: { $in: [...ids] }, 'metadata.reviewAtMs': { $exists: true } }, { $set: { 'metadata.reviewAtMs': this.clock.now() } }, { writeConcern: MAJORITY });
  }

  /** Nobody owns these files any more; what nothing names expires at the next look. Idempotent. */
  async disown(owner: CpmAddress): Promise<void> {
    const own = { 'metadata.owner': owner };
    await this.files.updateMany({ ...own, 'metadata.erased': { $exists: true } }, { $unset: { 'metadata.owner': '', 'metadata.fileName': '' }, $set: { filename: '' } }, { writeConcern: MAJORITY });
    await this.files.updateMany(own, { $unset: { 'metadata.owner': '' }, $set: { 'metadata.reviewAtMs': this.clock.now() } }, { writeConcern: MAJORITY });
  }

  /** What came of a look: what is named is kept on, the rest expires, unless somebody has marked it as used in between. */
  async reviewed({ named, unnamed }: { readonly named: readonly string[]; readonly unnamed: readonly string[] }): Promise<void> {
    const now = this.clock.now();
    const due = { 'metadata.reviewAtMs': { $lte: now } };
    if (named.length > 0) await this.files.updateMany({ _id: { $in: [...named] }, ...due }, { $set: { 'metadata.reviewAtMs': now + REVIEW_MS } });
    if (unnamed.length === 0) return;
    await this.files.updateMany({ _id: { $in: [...unnamed] }, ...due }, { $set: { 'metadata.expiresAtMs': now }, $unset: { 'metadata.reviewAtMs': '' } }, { writeConcern: MAJORITY });
  }

  async remove(id: string): Promise<void> {
    await this.removeAll([id]);
  }

  /** Only of what nobody else names: nothing counts who does. Idempotent. */
  async removeAll(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.files.deleteMany({ _id: { $in: [...ids] } }, { writeConcern: MAJORITY });
    await this.chunks.remove(ids);
  }

  /** Erases files that are expired or were never used; what is known of them stays for thirty days. Any number of replicas may do so. */
  async eraseExpired(): Promise<void> {
    const now = this.clock.now();
    const isOver = { $or: [{ 'metadata.expiresAtMs': { $lte: now } }, { 'metadata.unusedUntilMs': { $lte: now } }] };
    const over = await this.files.find({ ...isOver, 'metadata.erased': { $ne: true } }, { projection: { _id: 1 }, limit: ERASED_AT_ONCE }).toArray();
    for (const { _id } of over) {
      // Decided before the chunks go, so that a message that names the file just now is told.
      const { matchedCount } = await this.files.updateOne({ ...isOver, _id, 'metadata.erased': { $ne: true } }, { $set: { 'metadata.erased': false }, $min: { 'metadata.expiresAtMs': now } }, { writeConcern: MAJORITY });
      if (matchedCount === 0) continue;
      await this.chunks.remove([_id]);
      await this.files.updateOne({ _id }, { $set: { 'metadata.erased': true } });
    }
    await this.files.deleteMany({ 'metadata.expiresAtMs': { $lte: now - REMEMBERED_MS }, 'metadata.erased': true });
  }

  async ensureIndexes(): Promise<void> {
    await this.chunks.ensureIndexes();
    await this.files.createIndexes([
      { key: { 'metadata.expiresAtMs': 1 }, name: 'expiry', partialFilterExpression: { 'metadata.expiresAtMs': { $exists: true } } },
      { key: { 'metadata.unusedUntilMs': 1 }, name: 'unused', partialFilterExpression: { 'metadata.unusedUntilMs': { $exists: true } } },
      { key: { 'metadata.owner': 1 }, name: 'owner', partialFilterExpression: { 'metadata.owner': { $exists: true } } },
      { key: { 'metadata.reviewAtMs': 1 }, name: 'review', partialFilterExpression: { 'metadata.reviewAtMs': { $exists: true } } },
    ]);
  }

  private async write(id: string, source: AsyncIterable<Buffer> | Iterable<Buffer>, limitBytes: number): Promise<{ size: number; sha256: string }> {
    const writer = await ChunkWriter.from(this.chunks, { fileId: id, received: 0, epoch: 0 }, async () => true);
    const sha256 = createHash('sha256');
    for await (const bytes of source) {
      if (writer.received + bytes.length > limitBytes) throw payloadTooLarge(limitBytes);
      sha256.update(bytes);
      await writer.add(bytes);
    }
    await writer.flush();
    return { size: writer.received, sha256: sha256.digest('hex') };
  }

  private async describe(id: string, length: number, metadata: Metadata): Promise<void> {
    const document = { length, chunkSize: CHUNK_BYTES, uploadDate: new Date(this.clock.now()), filename: metadata.fileName ?? id, metadata };
    await this.files.replaceOne({ _id: id }, document, { upsert: true, writeConcern: MAJORITY });
  }

  private get files(): mongo.Collection<FileDocument> {
    return documentsOf<FileDocument>(this.connection, `${BUCKET}.files`);
  }
}
