import type { System } from '../../../start/start-system.js';
import { targetOf, type FaultOf, type Injector } from '../fault.js';
import { areReady, replicasOf } from './recovery.js';

const ROUNDS = 2;

/** Nobody waits for a replica to take its share before the next one ends. */
export function rebalanceStorm(fault: FaultOf<'rebalance-storm'>, system: System): Injector {
  const replicas = replicasOf(system, fault);
  return {
    target: targetOf(fault),
    inject: async () => {
      for (let round = 0; round < ROUNDS; round += 1) for (const replica of replicas) await replica.restart();
      return () => Promise.resolve();
    },
    hasRecovered: () => areReady(replicas),
  };
}
