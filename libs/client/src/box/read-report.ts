import { READ_REPORT_SENT, SEEN } from '../nms/flags.js';
import type { NewOperation, StoredObject } from '../store/stored.js';
import { attributeOf } from './box-object.js';

/**
 * CPM-MLD-017: what becomes of a message that its user reads here. A read report leaves only when one was asked for and none of the
 * user's devices has shown the message before.
 */
export function whenRead(object: StoredObject): readonly NewOperation[] {
  if (object.flags.includes(SEEN)) return [];
  const isOwed = object.correlationId !== undefined && isDisplayRequested(object) && attributeOf(object, 'Direction') !== 'Out' && !object.flags.includes(READ_REPORT_SENT);
  if (!isOwed) return [{ type: 'add-flags', object: object.id, flags: [SEEN] }];
  return [
    { type: 'report', messageId: object.correlationId, status: 'displayed' },
    { type: 'add-flags', object: object.id, flags: [SEEN, READ_REPORT_SENT] },
  ];
}

function isDisplayRequested({ attributes }: StoredObject): boolean {
  return (attributes['ReportRequested'] ?? []).flatMap((value) => value.split(/[\s,]+/)).includes('display');
}
