import type { System } from '../../../start/start-system.js';
import { targetOf, type FaultOf, type Injector } from '../fault.js';
import { brokerOf, isKafkaWhole } from './recovery.js';

export function brokerStall(fault: FaultOf<'broker-stall'>, system: System): Injector {
  const broker = brokerOf(system, fault);
  return {
    target: targetOf(fault),
    inject: () => {
      broker.pause();
      return Promise.resolve(() => {
        broker.resume();
        return Promise.resolve();
      });
    },
    hasRecovered: () => isKafkaWhole(system),
  };
}
