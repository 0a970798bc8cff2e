import { REVOCATIONS_COLLECTION } from '@cpm/runtime-decider';
import { COMMITTED, documentsOf } from '@cpm/runtime-mongo';
import type { Connection } from 'mongoose';
import type { Revocation, RevocationLog } from './revocations.js';

/** Rows of the device registry, which it erases after seven days. */
export class MongoRevocationLog implements RevocationLog {
  constructor(private readonly connection: Connection) {}

  async since(at: number): Promise<readonly Revocation[]> {
    return documentsOf<Revocation & { _id: string }>(this.connection, REVOCATIONS_COLLECTION)
      .find({ at: { $gte: at } }, { projection: { _id: 0, h: 1, at: 1 }, readConcern: COMMITTED })
      .toArray();
  }
}
