import type { ServiceName } from '@cpm/runtime-decider';
import type { System } from '../../start/start-system.js';
import type { Targets } from './plan.js';

/** What the system offers to break. @throws when it has no cluster of replicas */
export function targetsOf({ processes, cluster, smsc }: Pick<System, 'processes' | 'cluster' | 'smsc'>): Targets {
  if (!cluster) throw new Error('faults need a system that was started with processes, replicas and cluster');
  return {
    services: [...new Set(processes.map(({ service }) => service as ServiceName))],
    replicas: Math.max(...processes.map(({ replica }) => replica)),
    brokers: cluster.kafka.nodes.length,
    hasBrokerDisk: cluster.kafka.disk !== undefined,
    hasSmsc: smsc !== undefined,
  };
}
