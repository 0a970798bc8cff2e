import type { System } from '../../../start/start-system.js';
import { targetOf, type FaultOf, type Injector } from '../fault.js';
import { areReady, replicasOf } from './recovery.js';

export function serviceKill(fault: FaultOf<'service-kill'>, system: System): Injector {
  const replicas = replicasOf(system, fault);
  const pids = replicas.map(({ pid }) => pid);
  return {
    target: targetOf(fault),
    inject: () => {
      for (const replica of replicas) replica.kill();
      return Promise.resolve(() => Promise.resolve());
    },
    hasRecovered: async () => replicas.every(({ pid }, index) => pid !== pids[index]) && areReady(replicas),
  };
}
