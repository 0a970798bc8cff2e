import { SERVICES, type ServiceName } from '@cpm/runtime-decider';
import { replicasOf, untilReady } from '../chaos/faults/kinds/recovery.js';
import { rollingRestart } from '../chaos/faults/kinds/rolling-restart.js';
import type { ServiceProcess } from '../start/service-process.js';
import { CHECKOUT } from '../start/services.js';
import type { System } from '../start/start-system.js';
import type { EarlierVersion } from './earlier-version.js';

/** Something that an operator does; resolves when every process is ready again. */
export interface Act {
  readonly kind: string;
  readonly what: string;
  readonly act: (system: System) => Promise<void>;
}

const READY_LIMIT_MS = 60_000;

/** Scales `service` from so many processes to twice as many and back, then restarts every process of every service, one after the other. */
export function scalingAndRestarts(service: ServiceName, replicas: number): readonly Act[] {
  return [
    scaling(service, replicas, replicas * 2),
    scaling(service, replicas * 2, replicas),
    ...SERVICES.map((each): Act => ({ kind: 'rolling-restart', what: `rolling restart of ${each}`, act: (system) => rollingRestart({ kind: 'rolling-restart', service: each }, system).inject().then(() => undefined) })),
  ];
}

/** What runs in an earlier version comes to run in this one: first one process of each service, which goes back again, then all. */
export function upgrade({ commit, checkout }: EarlierVersion): readonly Act[] {
  const first = (system: System) => SERVICES.flatMap((service) => replicasOf(system, { service }).slice(0, 1));
  return [
    { kind: 'upgrade', what: 'the first process of each service to this version', act: (system) => change(first(system), CHECKOUT) },
    { kind: 'rollback', what: `these back to ${commit}`, act: (system) => change(first(system), checkout) },
    { kind: 'upgrade', what: 'all processes to this version', act: (system) => change(system.processes, CHECKOUT) },
  ];
}

function scaling(service: ServiceName, from: number, to: number): Act {
  return {
    kind: to > from ? 'scale-out' : 'scale-in', what: `${service} from ${from} to ${to} processes`,
    act: async (system) => {
      await system.scale(service, to);
      await Promise.all(system.processes.map((process) => untilReady(process, READY_LIMIT_MS)));
    },
  };
}

async function change(processes: readonly ServiceProcess[], checkout: string): Promise<void> {
  for (const process of processes) {
    await process.change(checkout);
    await untilReady(process, READY_LIMIT_MS);
  }
}
