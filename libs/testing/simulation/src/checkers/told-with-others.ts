import type { SeenOf } from '../sightings.js';

type Text = SeenOf<'submitted'>;

/**
 * CPM-MLD-029: a summary that the SMSC was asked to take while all that it tells of was awaited stays as it is, and is tried again as long as
 * one of them is. `endOf`: when a message stopped being awaited, epoch ms.
 */
export function isToldWithOthers(text: Text, attempts: readonly SeenOf<'attempted'>[], endOf: (messageId: string) => number): boolean {
  const tries = attempts.filter(({ textId }) => textId === text.textId);
  const isBegun = tries.some(({ messageId, at }) => messageId === text.messageId && at <= endOf(messageId));
  return isBegun && tries.some(({ messageId }) => messageId !== text.messageId && endOf(messageId) >= text.at);
}
