import { FOLDERS_TABLE, objectRowId, OBJECTS_TABLE, wholeRow, type Changes, type FolderRow, type ObjectRow } from '@cpm/domain-message-store-sync';
import { collectionOf, COMMITTED, type TableIndexes } from '@cpm/runtime-mongo';
import type { CpmAddress } from '@cpm/vocabulary';
import type { Collection, Connection, mongo } from 'mongoose';
import { contentIndexes } from './upkeep/upkeep-rows.js';


/** One index per question, so that an answer costs what it holds, whatever the size of the box. */
export const rowIndexes = {
  [OBJECTS_TABLE]: [
    { key: { u: 1, deleted: 1, date: 1, oid: 1 }, name: 'date-page' },
    { key: { u: 1, deleted: 1, folder: 1, date: 1, oid: 1 }, name: 'folder-page' },
    { key: { u: 1, deleted: 1, born: 1 }, name: 'created' },
    { key: { u: 1, deleted: 1, modSeq: 1 }, name: 'vanished', partialFilterExpression: { deleted: true } },
    { key: { u: 1, modSeq: 1 }, name: 'changes' },
    { key: { u: 1, removedAt: 1 }, name: 'tombstones', partialFilterExpression: { deleted: true } },
    ...contentIndexes,
  ],
  [FOLDERS_TABLE]: [{ key: { u: 1, modSeq: 1 }, name: 'changes' }],
} satisfies TableIndexes;

type ObjectDocument = ObjectRow & { readonly _id: string };

/** A stretch of an index, in its order or against it: from `lower`, included, to `upper`, not included. */
export interface Stretch {
  readonly index: 'date-page' | 'folder-page' | 'created' | 'vanished';
  readonly lower: Readonly<Record<string, unknown>>;
  readonly upper: Readonly<Record<string, unknown>>;
  readonly direction: 1 | -1;
}

/** The objects of all boxes, for reading. */
export class StoredObjects {
  private readonly objects: Collection<ObjectDocument>;
  private readonly folders: Collection<FolderRow & { readonly _id: string }>;

  constructor(connection: Connection) {
    this.folders = connection.collection(collectionOf('message-store-sync', FOLDERS_TABLE)) as unknown as Collection<FolderRow & { readonly _id: string }>;
    this.objects = connection.collection(collectionOf('message-store-sync', OBJECTS_TABLE)) as unknown as Collection<ObjectDocument>;
  }

  /** By object id, those that are there and not removed. */
  async find(user: CpmAddress, objectIds: readonly string[]): Promise<ReadonlyMap<string, ObjectRow>> {
    if (objectIds.length === 0) return new Map();
    const rows = await this.objects.find({ _id: { $in: [...new Set(objectIds)].map((id) => objectRowId(user, id)) }, deleted: false }, { readConcern: COMMITTED }).toArray();
    return new Map(rows.map((row) => [row.oid, wholeRow(row)]));
  }

  /** Objects whose id begins with one of the prefixes, removed ones, too. */
  async findByPrefixes(user: CpmAddress, prefixes: readonly string[]): Promise<readonly ObjectRow[]> {
    if (prefixes.length === 0) return [];
    const ranges = [...new Set(prefixes)].map((prefix) => objectRowId(user, prefix)).map((from) => ({ _id: { $gte: from, $lt: `${from}\uffff` } }));
    return this.objects.find({ $or: ranges }, { readConcern: COMMITTED }).toArray();
  }

  /** Of the stretch, those that fit the filter, in its order. */
  async rows(stretch: Stretch, filter: mongo.Filter<ObjectRow>, limit: number): Promise<ObjectRow[]> {
    if (isEmpty(stretch)) return [];
    const partial = stretch.index === 'vanished' ? { deleted: true } : {};
    return (await this.objects.find({ ...filter, ...partial } as mongo.Filter<ObjectDocument>, { ...boundsOf(stretch), limit, readConcern: COMMITTED }).toArray()).map(wholeRow);
  }

  /** What the index says of the row number `nth` of the stretch, from 1; undefined when it is not so long. */
  async keyAt(stretch: Stretch, nth: number): Promise<ObjectRow | undefined> {
    if (isEmpty(stretch)) return undefined;
    const { sort } = boundsOf(stretch);
    const projection = { _id: 0, ...Object.fromEntries(Object.keys(sort).map((field) => [field, 1])) };
    const partial = stretch.index === 'vanished' ? { deleted: true } : {};
    const [row] = await this.objects.find(partial, { ...boundsOf(stretch), projection, skip: nth - 1, limit: 1, readConcern: COMMITTED }).toArray();
    return row;
  }

  /** Keys of the folders that something is in. */
  async foldersInUse(user: CpmAddress): Promise<string[]> {
    return this.objects.distinct('folder', { u: user, deleted: false }, { readConcern: COMMITTED });
  }

  /** Whether something with a first number above `after` is in a folder. */
  async isInUse(user: CpmAddress, folder: string, after = 0): Promise<boolean> {
    const filter = { u: user, deleted: false, folder, ...(after > 0 && { born: { $gt: after } }) };
    return (await this.objects.findOne(filter, { projection: { _id: 1 }, readConcern: COMMITTED })) !== null;
  }

  /** What changed with a number after `after` and at most `upTo`, tombstones included, at most `limit` of each kind, lowest number first. */
  async changes(user: CpmAddress, { after, upTo, limit }: { readonly after: number; readonly upTo: number; readonly limit: number }): Promise<Changes> {
    const [filter, options] = [{ u: user, modSeq: { $gt: after, $lte: upTo } }, { sort: { modSeq: 1 as const }, limit, readConcern: COMMITTED }];
    const [objects, folders] = await Promise.all([this.objects.find(filter, options).toArray(), this.folders.find(filter, options).toArray()]);
    return { objects: objects.map(wholeRow), folders };
  }
}

/** The whole key is sorted by: the bounds say nothing to the planner of what is the same in all rows. */
function boundsOf({ index, lower, upper, direction }: Stretch) {
  const keys: readonly { readonly name: string; readonly key: Readonly<Record<string, number>> }[] = rowIndexes[OBJECTS_TABLE];
  const key = keys.find(({ name }) => name === index)?.key ?? {};
  return { hint: index, min: lower, max: upper, sort: Object.fromEntries(Object.keys(key).map((field) => [field, direction])) };
}

/** The database refuses bounds of which the lower is not below the upper. */
function isEmpty({ lower, upper }: Stretch): boolean {
  for (const [field, from] of Object.entries(lower)) {
    const to = upper[field];
    if (from === to) continue;
    return typeof from === 'string' ? Buffer.compare(Buffer.from(from), Buffer.from(String(to))) > 0 : Number(from) > Number(to);
  }
  return true;
}
