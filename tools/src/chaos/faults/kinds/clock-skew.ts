import type { System } from '../../../start/start-system.js';
import { targetOf, type FaultOf, type Injector } from '../fault.js';
import { areReady, processOf } from './recovery.js';

/** A clock does not jump under a running process here: it starts with the wrong time, and starts again with the right one. */
export function clockSkew(fault: FaultOf<'clock-skew'>, system: System): Injector {
  const process = processOf(system, fault);
  return {
    target: targetOf(fault),
    inject: async () => {
      await process.restart({ CLOCK_OFFSET_MS: String(fault.offsetMs) });
      return () => process.restart();
    },
    hasRecovered: () => areReady([process]),
  };
}
