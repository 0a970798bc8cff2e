import type { Instant } from '@cpm/vocabulary';
import type { KeepSession, ObjectUpdate } from '@cpm/contracts-message-store-sync';
import type { Box, BoxEvent, BoxLimits, GroupChange } from './box.js';
import { groupObjectId, groupRow, isSessionObject, sessionObjectId, sessionRow } from './session-row.js';
import { afterGrowth } from './sweep.js';

/** Of so many removed objects of sessions the box knows that they were; one that it has forgotten stays a tombstone all the same. */
const MOST_REMOVED = 100;

/**
 * CPM-MLD-016: a device that comes later finds the sessions that were, and the groups that are. Removal wins over what becomes of a session
 * later, for its history is the user's to remove; a group in which he still takes part comes back when its members are told again, for without
 * it no other device could show the group or bring it together.
 */
export function keepSession(kept: KeepSession, { modSeq, removedSessions, sweep }: Box, { limits, now }: { readonly limits: BoxLimits; readonly now: Instant }): readonly BoxEvent[] {
  const history = !removedSessions.includes(sessionObjectId(kept));
  const group = groupChange(kept, removedSessions);
  if (!history && group === 'none') return [];
  const last = modSeq + (history ? 1 : 0) + (group === 'none' ? 0 : 1);
  return [{ type: 'SessionKept', modSeq: last, kept, history, group }, ...grown(kept, { sweep, limits, now })];
}

function groupChange(kept: KeepSession, removedSessions: readonly string[]): GroupChange {
  const { session, generation, revision, members, status, ended } = kept;
  if (session.kind === 'one-to-one' || status === 'declined') return 'none';
  if (removedSessions.includes(groupObjectId(kept))) return members && !ended ? 'revived' : 'none';
  // Later rounds begin with what is known, until their members are told.
  return members || (generation === 1 && revision === 1) ? 'kept' : 'none';
}

function grown(kept: KeepSession, { sweep, limits, now }: Pick<Box, 'sweep'> & { readonly limits: BoxLimits; readonly now: Instant }): readonly BoxEvent[] {
  if (kept.revision > 1) return [];
  const made = kept.session.kind === 'one-to-one' || kept.generation > 1 ? [sessionRow(kept, 0)] : [sessionRow(kept, 0), groupRow(kept, 0)];
  return afterGrowth({ objects: made.length, bytes: made.reduce((sum, { row }) => sum + row.size, 0) }, sweep, limits, now);
}

export function withRemoved(removedSessions: readonly string[], objects: readonly ObjectUpdate[]): readonly string[] {
  const removed = objects.filter(({ remove, objectId }) => remove && isSessionObject(objectId)).map(({ objectId }) => objectId);
  return removed.length === 0 ? removedSessions : [...removedSessions.filter((id) => !removed.includes(id)), ...removed].slice(-MOST_REMOVED);
}
