import type { System } from '../../../start/start-system.js';
import { targetOf, type FaultOf, type Injector } from '../fault.js';
import { brokerOf, clusterOf, isKafkaWhole } from './recovery.js';

/** A broker whose log folder takes nothing more ends by itself; who has made room starts it again. */
export function diskFull(fault: FaultOf<'disk-full'>, system: System): Injector {
  const broker = brokerOf(system, fault);
  return {
    target: targetOf(fault),
    inject: async () => {
      const { disk } = clusterOf(system).kafka;
      if (!disk || broker.pid === undefined) throw new Error(`${broker.name} has no disk of its own, or does not run`);
      await disk.fill(broker.pid);
      return async () => {
        await disk.free(broker.pid);
        await broker.restart();
      };
    },
    hasRecovered: () => isKafkaWhole(system),
  };
}
