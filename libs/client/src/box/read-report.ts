import { READ_REPORT_SENT, SEEN } from '../nms/flags.js';
import type { NewOperation, StoredObject } from '../store/stored.js';
import { attributeOf } from './box-object.js';

/**
 * CPM-MLD-017: what becomes of a message that its user reads here. A read report leaves only when one was asked for and none of the
 * user's devices has shown the message before.
 */
export function whenRead(object: StoredObject): readonly NewOperation[] {
  const { id, correlationId, flags } = object;
  if (flags.includes(SEEN)) return [];
  if (correlationId === undefined || !mayOweReport(object)) return [{ type: 'add-flags', object: id, flags: [SEEN] }];
  return [
    { type: 'report', messageId: correlationId, status: 'displayed' },
    { type: 'add-flags', object: id, flags: [SEEN, READ_REPORT_SENT] },
  ];
}

/** A message that was shown once owes no report when it is shown again, whether or not one left the first time. */
export function whenUnread(object: StoredObject): readonly NewOperation[] {
  const { id, flags } = object;
  if (!flags.includes(SEEN)) return [];
  const unseen: NewOperation = { type: 'remove-flags', object: id, flags: [SEEN] };
  return mayOweReport(object) ? [{ type: 'add-flags', object: id, flags: [READ_REPORT_SENT] }, unseen] : [unseen];
}

function mayOweReport(object: StoredObject): boolean {
  const requested = (object.attributes['ReportRequested'] ?? []).flatMap((value) => value.split(/[\s,]+/));
  return requested.includes('display') && attributeOf(object, 'Direction') !== 'Out' && !object.flags.includes(READ_REPORT_SENT);
}
