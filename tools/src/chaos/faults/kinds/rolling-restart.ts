import type { System } from '../../../start/start-system.js';
import { targetOf, type FaultOf, type Injector } from '../fault.js';
import { areReady, replicasOf, untilReady } from './recovery.js';

const READY_LIMIT_MS = 60_000;

/** One replica after the other, each when the one before it works, as a new version is rolled out. */
export function rollingRestart(fault: FaultOf<'rolling-restart'>, system: System): Injector {
  const replicas = replicasOf(system, fault);
  return {
    target: targetOf(fault),
    inject: async () => {
      for (const replica of replicas) {
        await replica.restart();
        await untilReady(replica, READY_LIMIT_MS);
      }
      return () => Promise.resolve();
    },
    hasRecovered: () => areReady(replicas),
  };
}
