import { nmsObject, type NmsObject } from '@cpm/domain-message-store-sync';
import type { BoxDevice } from '../nms-resource.js';
import type { FoundObjects } from '../search/object-search.js';

/** The answer to a search. */
export interface ObjectListAnswer {
  readonly objectList: { readonly object: readonly NmsObject[]; readonly cursor?: string; readonly creationCursor: string };
}

export function objectListAnswer({ rows, box: { folders }, cursor, creationCursor }: FoundObjects, { baseUrl }: BoxDevice): ObjectListAnswer {
  const object = rows.map((row) => nmsObject(row, { folders, baseUrl }));
  return { objectList: { object, ...(cursor !== undefined && { cursor }), creationCursor } };
}
