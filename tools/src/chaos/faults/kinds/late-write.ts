import { setTimeout as pause } from 'node:timers/promises';
import type { System } from '../../../start/start-system.js';
import { targetOf, type FaultOf, type Injector } from '../fault.js';
import { areReady, clusterOf, processOf } from './recovery.js';

/** A consumer's session is over after 10 s; the others need some more to take its partitions and to go on with them. */
const HELD_MS = 24_000;
/** Until the update is sure to be done, a search for it included. */
export const LATE_WRITE_MS = 35_000;
const DONE_AFTER_MS = 500;

export function lateWrite(fault: FaultOf<'late-write'>, system: System): Injector {
  const process = processOf(system, fault);
  return {
    target: targetOf(fault),
    inject: async () => {
      await clusterOf(system).mongo.holdNextUpdate(process.name, HELD_MS);
      process.pause();
      const doneAt = Date.now() + HELD_MS + DONE_AFTER_MS;
      return async () => {
        await pause(Math.max(0, doneAt - Date.now()));
        process.resume();
      };
    },
    hasRecovered: () => areReady([process]),
  };
}
