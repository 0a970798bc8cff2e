import type { System } from '../../../start/start-system.js';
import { targetOf, type FaultOf, type Injector } from '../fault.js';
import { clusterOf, isMongoWhole } from './recovery.js';

/** Members are slow to each other, too, so that a majority takes several times as long. */
export function mongoSlow(fault: FaultOf<'mongo-slow'>, system: System): Injector {
  const proxies = clusterOf(system).mongo.nodes.map(({ proxy }) => proxy);
  return {
    target: targetOf(fault),
    inject: async () => {
      await Promise.all(proxies.map((proxy) => proxy.delay(fault.latencyMs)));
      return async () => {
        await Promise.all(proxies.map((proxy) => proxy.clear()));
      };
    },
    hasRecovered: () => isMongoWhole(system),
  };
}
