import { FOLDERS_TABLE, objectRowId, OBJECTS_TABLE, type Changes, type FolderRow, type ObjectRow } from '@cpm/domain-message-store-sync';
import { collectionOf } from '@cpm/runtime-mongo';
import type { CpmAddress } from '@cpm/vocabulary';
import type { Collection, Connection } from 'mongoose';

const COMMITTED = { level: 'majority' } as const;

type ObjectDocument = ObjectRow & { readonly _id: string };

/** A place in a list sorted by date and object id. */
export interface Place {
  readonly date: number;
  readonly oid: string;
}

/** Which objects of a box: `from` and `to` in epoch ms, both inclusive. */
export interface ObjectQuery {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly after?: Place | undefined;
  readonly order: 'Ascending' | 'Descending';
  readonly limit: number;
}

/** The objects of all boxes, for reading. */
export class StoredObjects {
  private readonly objects: Collection<ObjectDocument>;
  private readonly folders: Collection<FolderRow & { readonly _id: string }>;

  constructor(connection: Connection) {
    this.folders = connection.collection(collectionOf('message-store-sync', FOLDERS_TABLE)) as unknown as Collection<FolderRow & { readonly _id: string }>;
    this.objects = connection.collection(collectionOf('message-store-sync', OBJECTS_TABLE)) as unknown as Collection<ObjectDocument>;
  }

  /** Undefined when there is none, or it was removed. */
  async find(user: CpmAddress, objectId: string): Promise<ObjectRow | undefined> {
    const row = await this.objects.findOne({ _id: objectRowId(user, objectId) }, { readConcern: COMMITTED });
    return row && !row.deleted ? row : undefined;
  }

  /** Sorted by date, then by object id. */
  async search(user: CpmAddress, { from, to, after, order, limit }: ObjectQuery): Promise<ObjectRow[]> {
    const [direction, beyond] = order === 'Ascending' ? [1 as const, '$gt'] : [-1 as const, '$lt'];
    const filter = {
      u: user,
      deleted: false,
      ...(from === undefined && to === undefined ? {} : { date: { ...(from !== undefined && { $gte: from }), ...(to !== undefined && { $lte: to }) } }),
      ...(after && { $or: [{ date: { [beyond]: after.date } }, { date: after.date, oid: { [beyond]: after.oid } }] }),
    };
    return this.objects.find(filter, { sort: { date: direction, oid: direction }, limit, readConcern: COMMITTED }).toArray();
  }

  /** What changed with a number after `after` and at most `upTo`, tombstones included, at most `limit` of each kind, lowest number first. */
  async changes(user: CpmAddress, { after, upTo, limit }: { readonly after: number; readonly upTo: number; readonly limit: number }): Promise<Changes> {
    const [filter, options] = [{ u: user, modSeq: { $gt: after, $lte: upTo } }, { sort: { modSeq: 1 as const }, limit, readConcern: COMMITTED }];
    const [objects, folders] = await Promise.all([this.objects.find(filter, options).toArray(), this.folders.find(filter, options).toArray()]);
    return { objects, folders };
  }
}
