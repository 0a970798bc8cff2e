import { COMMITTED, MAJORITY } from '@cpm/runtime-mongo';
import type { Collection, Connection } from 'mongoose';
import { auditIdAt, auditPage, type AuditEntry, type AuditLog, type AuditPage, type AuditQuery } from './audit-log.js';

type AuditDocument = Omit<AuditEntry, 'id'> & { _id: string };

/** Acts in the collection `audit`: one document each, only ever added. */
export class MongoAuditLog implements AuditLog {
  private readonly collection: Collection<AuditDocument>;
  private indexed: Promise<unknown> | undefined;

  constructor(connection: Connection) {
    this.collection = connection.collection<AuditDocument>('audit');
  }

  async append({ id, ...entry }: AuditEntry): Promise<void> {
    await this.ensureIndex();
    await this.collection.insertOne({ _id: id, ...entry }, { writeConcern: MAJORITY });
  }

  async list({ whom, since = 0, cursor = '' }: AuditQuery, limit: number): Promise<AuditPage> {
    const filter = { _id: { $gte: auditIdAt(since), $gt: cursor }, ...(whom !== undefined && { whom }) };
    const found = await this.collection.find(filter, { sort: { _id: 1 }, limit: limit + 1, readConcern: COMMITTED }).toArray();
    return auditPage(found.map(({ _id: id, ...entry }) => ({ id, ...entry })), limit);
  }

  /** With the first entry, not at the start: services that write none have no right to. */
  private async ensureIndex(): Promise<void> {
    this.indexed ??= this.collection.createIndexes([{ key: { whom: 1, _id: 1 }, name: 'whom', partialFilterExpression: { whom: { $exists: true } } }]);
    await this.indexed.catch((error: unknown) => {
      this.indexed = undefined;
      throw error;
    });
  }
}
