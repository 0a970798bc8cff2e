import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '@cpm/runtime-ports';

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await wait(ms, undefined, signal ? { signal } : {});
  },
};
