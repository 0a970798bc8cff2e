import type { System } from '../../../start/start-system.js';
import { targetOf, type FaultOf, type Injector } from '../fault.js';
import { brokerOf, isKafkaWhole } from './recovery.js';

export function brokerKill(fault: FaultOf<'broker-kill'>, system: System): Injector {
  const broker = brokerOf(system, fault);
  return {
    target: targetOf(fault),
    inject: async () => {
      await broker.kill();
      return () => broker.restart();
    },
    hasRecovered: () => isKafkaWhole(system),
  };
}
