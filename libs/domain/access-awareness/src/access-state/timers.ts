import type { Timers } from '@cpm/runtime-decider';
import type { Access } from './access.js';
import { SIM, endOf } from './evidence.js';

/** When the next evidence about a device of the user runs out, epoch ms; what had run out when last judged counts no more. */
export function nextExpiry({ book, devices, judgedAt }: Access): number | undefined {
  const subjects = new Set<string>([SIM, ...devices.map(({ id }) => id)]);
  const expiries = book.entries.filter(({ subject }) => subjects.has(subject)).map(endOf).filter((end) => end > judgedAt && end < Infinity);
  return devices.length > 0 && expiries.length > 0 ? Math.min(...expiries) : undefined;
}

export function accessTimers(state: Access): Timers {
  const hold = state.preference.hold?.until;
  const expiry = nextExpiry(state);
  return { ...(hold !== undefined && { hold }), ...(expiry !== undefined && { expiry }) };
}
