import { FOLDERS_TABLE, OBJECTS_TABLE, type FolderRow, type ObjectRow, type Usage } from '@cpm/domain-message-store-sync';
import { collectionOf, COMMITTED } from '@cpm/runtime-mongo';
import type { CpmAddress } from '@cpm/vocabulary';
import type { Collection, Connection } from 'mongoose';

/** A place in a list sorted by date and object id. */
export interface Place {
  readonly date: number;
  readonly oid: string;
}

const PLACE = { date: 1, oid: 1, size: 1 } as const;
/** A count of millions of objects takes seconds. */
const COUNT_LIMIT_MS = 60_000;

type Stored<Row> = Row & { readonly _id: string };
/** What the upkeep needs to know of an object. Size in bytes. */
export type UpkeepObject = Pick<ObjectRow, 'oid' | 'date' | 'size'>;

/** The rows of all boxes, as their upkeep asks for them. */
export class UpkeepRows {
  private readonly objects: Collection<Stored<ObjectRow>>;
  private readonly folders: Collection<Stored<FolderRow>>;

  constructor(connection: Connection) {
    this.objects = connection.collection(collectionOf('message-store-sync', OBJECTS_TABLE)) as unknown as Collection<Stored<ObjectRow>>;
    this.folders = connection.collection(collectionOf('message-store-sync', FOLDERS_TABLE)) as unknown as Collection<Stored<FolderRow>>;
  }

  /** Objects in a folder whose first number is at most `bornUpTo`, oldest first. */
  async inFolder(user: CpmAddress, folder: string, { bornUpTo, after, limit }: { readonly bornUpTo: number; readonly after: Place | undefined; readonly limit: number }): Promise<UpkeepObject[]> {
    // One that does not say when it was born, of an earlier version, was there before.
    const filter = { u: user, folder, deleted: false, born: { $not: { $gt: bornUpTo } }, ...beyond(after) };
    return this.objects.find(filter, { sort: { date: 1, oid: 1 }, limit, projection: PLACE, readConcern: COMMITTED }).toArray();
  }

  async oldest(user: CpmAddress, after: Place | undefined, limit: number): Promise<UpkeepObject[]> {
    return this.objects.find({ u: user, deleted: false, ...beyond(after) }, { sort: { date: 1, oid: 1 }, limit, projection: PLACE, readConcern: COMMITTED }).toArray();
  }

  /** Whole objects, oldest first. */
  async page(user: CpmAddress, after: Place | undefined, limit: number): Promise<ObjectRow[]> {
    return this.objects.find({ u: user, deleted: false, ...beyond(after) }, { sort: { date: 1, oid: 1 }, limit, readConcern: COMMITTED }).toArray();
  }

  /** What is in the box now, exactly. */
  async usage(user: CpmAddress): Promise<Usage> {
    const counting = [{ $match: { u: user, deleted: false } }, { $group: { _id: null, objects: { $sum: 1 }, bytes: { $sum: '$size' } } }];
    const [counted] = await this.objects.aggregate<Usage>(counting, { readConcern: COMMITTED, maxTimeMS: COUNT_LIMIT_MS }).toArray();
    return counted ? { objects: counted.objects, bytes: counted.bytes } : { objects: 0, bytes: 0 };
  }

  /** Tombstones made before an instant, lowest number first. */
  async tombstones(user: CpmAddress, before: number, limit: number): Promise<{ objectId: string; modSeq: number }[]> {
    const found = await this.objects.find({ u: user, deleted: true, removedAt: { $lt: before } }, { sort: { modSeq: 1 }, limit, projection: { oid: 1, modSeq: 1 }, readConcern: COMMITTED }).toArray();
    return found.map(({ oid, modSeq }) => ({ objectId: oid, modSeq }));
  }

  /** When the first tombstone was made that is not from before an instant. */
  async firstTombstone(user: CpmAddress, since: number): Promise<number | undefined> {
    const [found] = await this.objects.find({ u: user, deleted: true, removedAt: { $gte: since } }, { sort: { removedAt: 1 }, limit: 1, projection: { removedAt: 1 }, readConcern: COMMITTED }).toArray();
    return found?.removedAt;
  }

  /** The lowest number of a change after `after`, of objects and folders. */
  async nextChange(user: CpmAddress, after: number): Promise<number | undefined> {
    const [filter, options] = [{ u: user, modSeq: { $gt: after } }, { sort: { modSeq: 1 as const }, limit: 1, projection: { modSeq: 1 }, readConcern: COMMITTED }];
    const found = await Promise.all([this.objects.find(filter, options).toArray(), this.folders.find(filter, options).toArray()]);
    const numbers = found.flat().map(({ modSeq }) => modSeq);
    return numbers.length === 0 ? undefined : Math.min(...numbers);
  }

  /** Ids of the contents that a user's objects name, some at a time. */
  async *contentsOf(user: CpmAddress): AsyncGenerator<readonly string[], void, undefined> {
    const naming = { u: user, $or: [{ contentId: { $exists: true } }, { 'parts.contentId': { $exists: true } }] };
    const cursor = this.objects.find(naming, { projection: { contentId: 1, 'parts.contentId': 1 }, batchSize: 1_000, readConcern: COMMITTED });
    for (let left = await cursor.next(); left; left = await cursor.next()) {
      const rows = [left, ...cursor.readBufferedDocuments()];
      yield rows.flatMap(({ contentId, parts = [] }) => [contentId, ...parts.map((part) => part.contentId)]).filter((id) => id !== undefined);
    }
  }

  /** Which of these contents some object names. */
  async contentsNamed(ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const [whole, parts] = await Promise.all([
      this.objects.distinct('contentId', { contentId: { $in: [...ids] } }, { readConcern: COMMITTED }),
      this.objects.distinct('parts.contentId', { 'parts.contentId': { $in: [...ids] } }, { readConcern: COMMITTED }),
    ]);
    return new Set([...whole, ...(parts as string[])].filter((id) => id !== undefined));
  }
}

/** By which an object is found that names a content; most objects name none and are in neither. */
export const contentIndexes = ['contentId', 'parts.contentId'].map((field) => ({ key: { [field]: 1 as const }, name: field, partialFilterExpression: { [field]: { $exists: true } } }));

function beyond(after: Place | undefined): object {
  return after ? { $or: [{ date: { $gt: after.date } }, { date: after.date, oid: { $gt: after.oid } }] } : {};
}
