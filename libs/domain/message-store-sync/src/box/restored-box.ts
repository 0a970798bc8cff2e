import type { Box } from './box.js';

/** More than a box can have gone on by between a backup and the loss of what came after it. */
export const LEAP = 1_000_000_000;

/**
 * CPM-MLD-016: a box as it goes on from a backup. Devices hold numbers that were given after the backup and will be given again for
 * other changes, so none of them can go on: every device searches all again, and every list has an index that no subscriber has seen.
 */
export function restoredBox(box: Box): Box {
  const modSeq = box.modSeq + LEAP;
  return {
    ...box,
    modSeq,
    sweep: { ...box.sweep, floor: modSeq },
    subscriptions: box.subscriptions.map((one) => ({ ...one, place: { ...one.place, index: one.place.index + LEAP } })),
  };
}
