import type { System } from '../../../start/start-system.js';
import { targetOf, type FaultOf, type Injector } from '../fault.js';
import { areReady, processOf } from './recovery.js';

export function processKill(fault: FaultOf<'process-kill'>, system: System): Injector {
  const process = processOf(system, fault);
  const { pid } = process;
  return {
    target: targetOf(fault),
    inject: () => {
      process.kill();
      return Promise.resolve(() => Promise.resolve());
    },
    hasRecovered: async () => process.pid !== pid && areReady([process]),
  };
}
