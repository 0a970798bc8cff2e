import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '@cpm/runtime-ports';

/** The machine's clock, or one that runs `offsetMs` ahead of it, as that of a machine whose time is not kept. */
export function machineClock(offsetMs = 0): Clock {
  return {
    now: () => Date.now() + offsetMs,
    sleep: async (ms, signal) => {
      await wait(ms, undefined, signal ? { signal } : {});
    },
  };
}

export const systemClock = machineClock();
