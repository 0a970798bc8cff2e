import { Inject, Injectable } from '@nestjs/common';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import type { Connection, mongo } from 'mongoose';
import { collectionOf, MAJORITY } from '../database.js';
import { MONGO } from '../ports.js';

interface CursorDocument {
  _id: string;
  /** The last entry whose receipt the device confirmed. */
  n?: number;
  /** The connection that the device opened last, wherever. */
  c: string;
}

interface Held {
  readonly id: string;
  readonly user: CpmAddress;
  readonly device: DeviceId;
}

const IDS_PER_QUERY = 1_000;

const keyOf = (user: CpmAddress, device: DeviceId): string => `${user}|${device}`;

/** How far each device has confirmed its stream, and which of its connections is the newest. Confirmations are written lazily. */
@Injectable()
export class Cursors {
  private confirmed = new Map<string, number>();

  constructor(@Inject(MONGO) private readonly connection: Connection) {}

  /** Makes the connection the device's only one, for all replicas; resolves with the last confirmed entry, 0 when there is none. */
  async claim({ id, user, device }: Held): Promise<number> {
    const key = keyOf(user, device);
    const found = await this.cursors.findOneAndUpdate({ _id: key }, { $set: { c: id } }, { upsert: true, returnDocument: 'after', writeConcern: MAJORITY });
    return Math.max(found?.n ?? 0, this.confirmed.get(key) ?? 0);
  }

  confirm(user: CpmAddress, device: DeviceId, n: number): void {
    const key = keyOf(user, device);
    if (n > (this.confirmed.get(key) ?? 0)) this.confirmed.set(key, n);
  }

  /** Writes what was confirmed since the last time; keeps it for the next time when that fails. */
  async flush(): Promise<void> {
    const batch = this.confirmed;
    if (batch.size === 0) return;
    this.confirmed = new Map();
    try {
      const updates = [...batch].map(([_id, n]) => ({ updateOne: { filter: { _id }, update: { $max: { n } } } }));
      await this.cursors.bulkWrite(updates, { ordered: false });
    } catch (error) {
      for (const [key, n] of batch) if (n > (this.confirmed.get(key) ?? 0)) this.confirmed.set(key, n);
      throw error;
    }
  }

  /** Those of these connections whose device has opened another one since. */
  async replaced(held: readonly Held[]): Promise<ReadonlySet<string>> {
    const replaced = new Set<string>();
    for (let at = 0; at < held.length; at += IDS_PER_QUERY) {
      const some = new Map(held.slice(at, at + IDS_PER_QUERY).map(({ id, user, device }) => [keyOf(user, device), id]));
      const found = await this.cursors.find({ _id: { $in: [...some.keys()] } }, { projection: { c: 1 }, batchSize: IDS_PER_QUERY + 1 }).toArray();
      for (const { _id, c } of found) {
        const id = some.get(_id);
        if (id !== undefined && id !== c) replaced.add(id);
      }
    }
    return replaced;
  }

  private get cursors(): mongo.Collection<CursorDocument> {
    return collectionOf<CursorDocument>(this.connection, 'client-edge.cursors');
  }
}
