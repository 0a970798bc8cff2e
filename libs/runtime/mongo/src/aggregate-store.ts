import { collectionOf, type RowWrite, type ServiceDefinition, type ServiceName } from '@cpm/runtime-decider';
import { step, type AggregateStore, type AggregateWrite, type DueAggregate, type OwnedParts, type StoredAggregate } from '@cpm/runtime-ports';
import { mongo, type Collection, type Connection } from 'mongoose';
import { firstDocument, replacement, storedAggregate, type AggregateDocument } from './aggregate-document.js';
import { COMMITTED, MAJORITY } from './database.js';
import { aggregateIndexes, type TableIndexes } from './indexes.js';
import { operationsByTable, type RowDocument, type TableOperations } from './row-operations.js';
import { refusalOf } from './refusal.js';
import { within } from './time-limit.js';

const DUPLICATE_KEY = 11_000;
/** No call takes nearly as long unless the driver waits for an answer that cannot come. */
const CALL_LIMIT_MS = 10_000;
const ERASED_AT_ONCE = 2_000;

/** Aggregates as single documents of a MongoDB replica set. Nothing is cast: what the engine hands over is typed already. */
export class MongoAggregateStore implements AggregateStore {
  constructor(
    private readonly connection: Connection,
    private readonly service: ServiceName,
  ) {}

  /** Creates what the queries of the definition's aggregates need, and the caller's indexes on tables; does nothing where they exist. */
  async ensureIndexes(definition: ServiceDefinition, tables: TableIndexes = {}): Promise<void> {
    const wanted = [...definition.aggregates.map((aggregate) => [aggregate.name, aggregateIndexes(aggregate)] as const), ...Object.entries(tables)];
    for (const [name, indexes] of wanted) {
      if (indexes.length > 0) await this.collection(name).createIndexes([...indexes]);
    }
  }

  async load(kind: string, ids: readonly string[]): Promise<StoredAggregate[]> {
    if (ids.length === 0) return [];
    const documents = await this.traced('find', kind, () => within(CALL_LIMIT_MS, this.aggregates(kind)
      // A batch as large as the answer saves the second round trip that 101 documents need by default.
      .find({ _id: { $in: [...ids] } }, { projection: { j: 0 }, readConcern: COMMITTED, batchSize: ids.length + 1 })
      .toArray()));
    return documents.map(storedAggregate);
  }

  async openOf(kind: string, owner: string): Promise<string[]> {
    const found = await this.traced('find', kind, () => within(CALL_LIMIT_MS, this.aggregates(kind).find({ k: owner, open: true }, { projection: { _id: 1 }, readConcern: COMMITTED }).toArray()));
    return found.map(({ _id }) => _id);
  }

  async write(rows: readonly RowWrite[], aggregates: readonly AggregateWrite[]): Promise<'written' | 'conflict'> {
    return within(CALL_LIMIT_MS, this.writeAll(rows, aggregates)).catch((error: unknown) => {
      throw refusalOf(error) ?? error;
    });
  }

  private async writeAll(rows: readonly RowWrite[], aggregates: readonly AggregateWrite[]): Promise<'written' | 'conflict'> {
    if (rows.length > 0) await all([...operationsByTable(rows)].map(([table, operations]) => this.traced('write', table, () => this.writeTable(table, operations))));
    const kinds = Map.groupBy(aggregates, ({ kind }) => kind);
    const written = await all([...kinds].map(([kind, writes]) => this.traced('write', kind, () => this.writeKind(kind, writes))));
    return written.every(Boolean) ? 'written' : 'conflict';
  }

  async due(kinds: readonly string[], partitions: readonly number[], until: number, limit: number): Promise<DueAggregate[]> {
    const found = await within(CALL_LIMIT_MS, all(kinds.map(async (kind) => {
      const documents = await this.aggregates(kind)
        .find({ p: { $in: [...partitions] }, due: { $lte: new Date(until) } }, { projection: { k: 1, st: 1, due: 1, tr: 1 }, sort: { due: 1 }, limit })
        .toArray();
      return documents.map((document) => ({ kind, document, at: document.due?.getTime() ?? 0 }));
    })));
    return found
      .flat()
      .sort((a, b) => a.at - b.at)
      .slice(0, limit)
      .map(({ kind, document: { _id, k, st, tr } }) => ({ kind, id: _id, owner: k, state: st, trace: tr }));
  }

  async erase(owner: string, { kinds, tables, fields }: OwnedParts, between: () => Promise<void>): Promise<void> {
    // What follows `|` in the alphabet ends the range of all ids that begin with the owner and it.
    const own = { $or: [{ _id: owner }, { _id: { $gte: `${owner}|`, $lt: `${owner}}` } }] };
    for (const name of [...kinds, ...tables]) await this.eraseWhere(name, own, between);
    for (const [table, field] of Object.entries(fields)) await this.eraseWhere(table, { [field]: owner }, between);
  }

  async answerTo(kind: string, id: string, commandId: string): Promise<{ outcome: unknown } | undefined> {
    const document = await within(CALL_LIMIT_MS, this.aggregates(kind).findOne({ _id: id }, { projection: { re: 1 }, readConcern: COMMITTED }));
    const known = document?.re.find(([command]) => command === commandId);
    return known && { outcome: known[1] };
  }

  private async eraseWhere(name: string, filter: object, between: () => Promise<void>): Promise<void> {
    const documents = this.collection(name) as unknown as Collection<RowDocument>;
    for (let isFull = true; isFull;) {
      const found = await within(CALL_LIMIT_MS, documents.find(filter, { projection: { _id: 1 }, limit: ERASED_AT_ONCE }).toArray());
      const ids = found.map(({ _id }) => _id);
      if (ids.length > 0) await within(CALL_LIMIT_MS, documents.deleteMany({ _id: { $in: ids } }, { writeConcern: MAJORITY }));
      isFull = ids.length === ERASED_AT_ONCE;
      await between();
    }
  }

  private async writeKind(kind: string, writes: readonly AggregateWrite[]): Promise<boolean> {
    const { first = [], later = [] } = Object.groupBy(writes, ({ isFirst }) => (isFirst ? 'first' : 'later'));
    const written = await all([this.insert(kind, first), this.replace(kind, later)]);
    return written.every(Boolean);
  }

  private async insert(kind: string, writes: readonly AggregateWrite[]): Promise<boolean> {
    if (writes.length === 0) return true;
    try {
      await this.aggregates(kind).insertMany(writes.map(firstDocument), { ordered: false, ignoreUndefined: true, writeConcern: MAJORITY });
      return true;
    } catch (error) {
      if (isOnlyDuplicates(error)) return false;
      throw error;
    }
  }

  private async replace(kind: string, writes: readonly AggregateWrite[]): Promise<boolean> {
    if (writes.length === 0) return true;
    const { filter, pipeline } = replacement(writes);
    const { modifiedCount } = await this.aggregates(kind).updateMany(filter, pipeline, { ignoreUndefined: true, writeConcern: MAJORITY });
    return modifiedCount === writes.length;
  }

  private async writeTable(table: string, { inserts, grouped, ordered }: TableOperations): Promise<void> {
    const rows = this.collection(table) as unknown as Collection<RowDocument>;
    if (inserts.length > 0) {
      await rows.insertMany(inserts, { ordered: false, ignoreUndefined: true, writeConcern: MAJORITY }).catch((error: unknown) => {
        if (!isOnlyDuplicates(error)) throw error;
      });
    }
    for (const { filter, pipeline } of grouped) await rows.updateMany(filter, pipeline, { ignoreUndefined: true, writeConcern: MAJORITY });
    if (ordered.length > 0) await rows.bulkWrite([...ordered], { ordered: true, ignoreUndefined: true, writeConcern: MAJORITY });
  }

  private traced<Result>(operation: string, name: string, call: () => Promise<Result>): Promise<Result> {
    const collection = collectionOf(this.service, name);
    const attributes = { 'db.system.name': 'mongodb', 'db.operation.name': operation, 'db.collection.name': collection };
    return step(`${operation} ${collection}`, () => ({ kind: 'CLIENT', service: this.service, attributes }), call) as Promise<Result>;
  }

  private aggregates(kind: string): Collection<AggregateDocument> {
    return this.collection(kind) as unknown as Collection<AggregateDocument>;
  }

  private collection(name: string): Collection {
    return this.connection.collection(collectionOf(this.service, name));
  }
}

/** Waits for every promise even if one fails, so that nothing is still being written when the caller tries again. */
async function all<Value>(promises: readonly Promise<Value>[]): Promise<Value[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/** Whether a bulk failed only where a document with the same `_id` is there already; any other unique index is a real error. */
function isOnlyDuplicates(error: unknown): boolean {
  if (!(error instanceof mongo.MongoBulkWriteError) || error.result.getWriteConcernError()) return false;
  const failures = [error.writeErrors].flat();
  return failures.length > 0 && failures.every(({ code, errmsg }) => code === DUPLICATE_KEY && errmsg?.includes('index: _id_') === true);
}
