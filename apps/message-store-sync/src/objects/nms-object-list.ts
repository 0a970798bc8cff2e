import { nmsObject } from '@cpm/domain-message-store-sync';
import type { z } from 'zod';
import type { BoxDevice } from '../nms-resource.js';
import type { objectList } from '../nms-schemas.js';
import type { FoundObjects } from '../search/object-search.js';

/** The answer to a search. */
export type ObjectListAnswer = z.output<typeof objectList>;

export function objectListAnswer({ rows, box: { folders }, cursor, creationCursor }: FoundObjects, { baseUrl }: BoxDevice): ObjectListAnswer {
  const object = rows.map((row) => nmsObject(row, { folders, baseUrl }));
  return { objectList: { object, ...(cursor !== undefined && { cursor }), creationCursor } };
}
