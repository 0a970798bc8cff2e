import type { Proxy } from '@cpm/testing-containers';
import type { System } from '../../../start/start-system.js';
import { targetOf, type Dependency, type FaultOf, type Injector } from '../fault.js';
import { clusterOf, isKafkaWhole, isMongoWhole, isSmscBound } from './recovery.js';

/** Brokers keep reaching each other; members of the replica set do not, as they know each other by the same addresses. */
export function connectionsCut(fault: FaultOf<'connections-cut'>, system: System): Injector {
  const proxies = proxiesOf(fault.to, system);
  const isWhole = { kafka: isKafkaWhole, mongo: isMongoWhole, smsc: (of: System) => Promise.resolve(isSmscBound(of)) }[fault.to];
  return {
    target: targetOf(fault),
    inject: async () => {
      await Promise.all(proxies.map((proxy) => proxy.cut()));
      return async () => {
        await Promise.all(proxies.map((proxy) => proxy.join()));
      };
    },
    hasRecovered: () => isWhole(system),
  };
}

function proxiesOf(dependency: Dependency, system: System): readonly Proxy[] {
  if (dependency !== 'smsc') return clusterOf(system)[dependency].nodes.map(({ proxy }) => proxy);
  if (!system.smscProxy) throw new Error('the SMSC is not behind a proxy');
  return [system.smscProxy];
}
