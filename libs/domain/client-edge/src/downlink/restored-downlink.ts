import type { Downlink } from './downlink.js';

/** More frames than a user can have been sent between a backup and the loss of what came after it. */
const LEAP = 1_000_000_000;

/** A downlink as it goes on from a backup: a device whose cursor is of after the backup must not miss what now takes those numbers. */
export function restoredDownlink(downlink: Downlink): Downlink {
  return { ...downlink, next: downlink.next + LEAP };
}
