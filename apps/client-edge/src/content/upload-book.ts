import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@cpm/runtime-ports';
import type { CpmAddress } from '@cpm/vocabulary';
import type { Connection, mongo } from 'mongoose';
import { collectionOf, MAJORITY } from '../database.js';
import type { EdgeConfig } from '../edge-config.js';
import { CLOCK, EDGE_CONFIG, MONGO } from '../ports.js';

/** An upload that is under way, broken off, or done so lately that its request may still be repeated. */
export interface UploadRecord {
  /** Owner and the owner's id of the upload. */
  readonly _id: string;
  readonly fileId: string;
  readonly owner: CpmAddress;
  readonly contentType: string;
  readonly fileName?: string;
  /** Bytes announced; absent when only the end of the request tells. */
  readonly length?: number;
  /** Bytes kept. */
  readonly received: number;
  /** Counts the connections that have written; only the last one may go on. */
  readonly epoch: number;
  readonly expiresAtMs: number;
  /** Present when the file is whole and stored. */
  readonly sha256?: string;
}

export type NewUpload = Pick<UploadRecord, '_id' | 'fileId' | 'owner' | 'contentType' | 'fileName' | 'length'>;

const COLLECTION = 'content.uploads';
const ERASED_AT_ONCE = 1_000;

/** Who uploads what, and how far that is. Every change names the connection that makes it, so that of several one goes on. */
@Injectable()
export class UploadBook {
  constructor(
    @Inject(MONGO) private readonly connection: Connection,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(EDGE_CONFIG) private readonly config: EdgeConfig,
  ) {}

  /** Writes the upload down unless one is there under this id; the one that stands then. */
  async open(upload: NewUpload): Promise<UploadRecord> {
    const opened: UploadRecord = { ...upload, received: 0, epoch: 0, expiresAtMs: this.lifeFromNow() };
    const before = await this.records.findOneAndUpdate({ _id: upload._id }, { $setOnInsert: opened }, { upsert: true, writeConcern: MAJORITY });
    return before ?? opened;
  }

  find(id: string): Promise<UploadRecord | null> {
    // Not only what a majority has: an offset is told as soon as it is kept.
    return this.records.findOne({ _id: id });
  }

  /** Whether the time of the upload is past, erased or not. */
  isOver({ expiresAtMs }: UploadRecord): boolean {
    return expiresAtMs <= this.clock.now();
  }

  /** Makes the caller the only one that may write, if this is how far the upload is and it is not over. */
  claim({ _id, fileId }: UploadRecord, received: number): Promise<UploadRecord | null> {
    const now = this.clock.now();
    return this.records.findOneAndUpdate(
      { _id, fileId, received, sha256: { $exists: false }, expiresAtMs: { $gt: now } },
      { $inc: { epoch: 1 }, $set: { expiresAtMs: this.lifeFromNow() } },
      { returnDocument: 'after', writeConcern: MAJORITY },
    );
  }

  /** False when another connection has claimed the upload since. */
  async advance({ _id, fileId, epoch }: UploadRecord, received: number): Promise<boolean> {
    // Should this be lost with the primary, less counts as kept than is there, and it is sent once more.
    const { matchedCount } = await this.records.updateOne({ _id, fileId, epoch }, { $set: { received, expiresAtMs: this.lifeFromNow() } }, { writeConcern: { w: 1 } });
    return matchedCount === 1;
  }

  /** Remembers the outcome for as long as an unused file lives; false when another connection has claimed the upload since. */
  async finish({ _id, fileId, epoch }: UploadRecord, sha256: string): Promise<boolean> {
    const expiresAtMs = this.clock.now() + this.config.EDGE_UNUSED_FILE_TTL_SEC * 1000;
    const { matchedCount } = await this.records.updateOne({ _id, fileId, epoch }, { $set: { sha256, expiresAtMs } }, { writeConcern: MAJORITY });
    return matchedCount === 1;
  }

  async stands({ _id, fileId }: UploadRecord): Promise<boolean> {
    return (await this.records.countDocuments({ _id, fileId }, { limit: 1 })) === 1;
  }

  async remove({ _id, fileId }: UploadRecord): Promise<void> {
    await this.records.deleteOne({ _id, fileId }, { writeConcern: MAJORITY });
  }

  expired(): Promise<UploadRecord[]> {
    return this.records.find({ expiresAtMs: { $lte: this.clock.now() } }, { limit: ERASED_AT_ONCE }).toArray();
  }

  /** Shuts out whoever still writes to an expired upload; null when it is not expired any more. */
  shut({ _id, fileId }: UploadRecord): Promise<UploadRecord | null> {
    return this.records.findOneAndUpdate({ _id, fileId, expiresAtMs: { $lte: this.clock.now() } }, { $inc: { epoch: 1 } }, { returnDocument: 'after', writeConcern: MAJORITY });
  }

  /** All uploads of a user are over now. Idempotent. */
  async endAllOf(owner: CpmAddress): Promise<void> {
    const own = { _id: { $gt: owner, $lt: `${owner}}` }, owner };
    await this.records.updateMany(own, { $set: { expiresAtMs: 0 } }, { writeConcern: MAJORITY });
  }

  async ensureIndexes(): Promise<void> {
    await this.records.createIndexes([{ key: { expiresAtMs: 1 }, name: 'expiry' }]);
  }

  private lifeFromNow(): number {
    return this.clock.now() + this.config.EDGE_PARTIAL_UPLOAD_TTL_SEC * 1000;
  }

  private get records(): mongo.Collection<UploadRecord> {
    return collectionOf<UploadRecord>(this.connection, COLLECTION);
  }
}
