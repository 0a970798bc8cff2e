import type { AnyAggregate, ServiceDefinition } from '@cpm/runtime-decider';
import type { AggregateWrite, FetchSession, OutgoingRecord } from '@cpm/runtime-ports';
import type { NodePorts } from './node-ports.js';

/** One thing broken on purpose: the simulation must notice, or it proves nothing. */
export interface Mutant {
  readonly name: string;
  readonly ports?: (ports: NodePorts) => NodePorts;
  readonly services?: (services: readonly ServiceDefinition[]) => readonly ServiceDefinition[];
}

type Loosened = { -readonly [Field in keyof AggregateWrite['next']]: AggregateWrite['next'][Field] };

/** Changes each aggregate just before it is written (and cached). */
const onWrite = (change: (next: Loosened) => void) => (ports: NodePorts): NodePorts => ({
  ...ports,
  store: {
    ...ports.store,
    write: (rows, writes) => {
      for (const { next } of writes) change(next as Loosened);
      return ports.store.write(rows, writes);
    },
  },
});

/** Writes at whatever version is stored, as a store without the version condition would. */
function withoutVersionCheck(ports: NodePorts): NodePorts {
  return {
    ...ports,
    store: {
      ...ports.store,
      write: async (rows, writes) => {
        for (const write of writes) {
          const [stored] = await ports.store.load(write.kind, [write.next.id]);
          (write.next as Loosened).version = (stored?.version ?? 0) + 1;
        }
        return ports.store.write(rows, writes);
      },
    },
  };
}

/** Commits first and publishes afterwards. */
function commitBeforePublish(ports: NodePorts): NodePorts {
  let held: (readonly OutgoingRecord[])[] = [];
  return {
    ...ports,
    publisher: {
      publish: async (records) => {
        held.push(records);
      },
    },
    session: (inner) => {
      const session: FetchSession = ports.session(inner);
      return {
        ...session,
        commit: async (next) => {
          await session.commit(next);
          const records = held.flat();
          held = [];
          await ports.publisher.publish(records);
        },
      };
    },
  };
}

/** The ledger forgets that a report has left. */
function ledgerWithoutMemory(services: readonly ServiceDefinition[]): readonly ServiceDefinition[] {
  return services.map((service) => {
    const ledger = service.aggregates.find(({ name }) => name === 'ledger');
    if (!ledger) return service;
    const forgetful: AnyAggregate = { ...ledger, decider: { ...ledger.decider, evolve: (state: unknown) => state } };
    const swap = (aggregate: AnyAggregate) => (aggregate === ledger ? forgetful : aggregate);
    return {
      ...service,
      aggregates: service.aggregates.map(swap),
      subscriptions: service.subscriptions.map((subscription) => ({ ...subscription, aggregate: swap(subscription.aggregate) })),
    };
  });
}

export const MUTANTS: readonly Mutant[] = [
  { name: 'ledger', services: ledgerWithoutMemory },
  { name: 'version', ports: withoutVersionCheck },
  { name: 'watermark', ports: onWrite((next) => { next.watermark = 0; }) },
  { name: 'seen', ports: onWrite((next) => { next.seen = {}; }) },
  { name: 'commit-first', ports: commitBeforePublish },
];
