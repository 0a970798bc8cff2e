import type { System } from '../../../start/start-system.js';
import { targetOf, type FaultOf, type Injector } from '../fault.js';
import { areReady, processOf } from './recovery.js';

export function processStall(fault: FaultOf<'process-stall'>, system: System): Injector {
  const process = processOf(system, fault);
  return {
    target: targetOf(fault),
    inject: () => {
      process.pause();
      return Promise.resolve(() => {
        process.resume();
        return Promise.resolve();
      });
    },
    hasRecovered: () => areReady([process]),
  };
}
