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
          Object.assign(write, { isFirst: stored === undefined });
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

type AnyDecider = AnyAggregate['decider'];

/** Another decider in the place of one. */
const onDecider = (kinds: readonly string[], change: (decider: AnyDecider) => Partial<AnyDecider>) => (services: readonly ServiceDefinition[]): readonly ServiceDefinition[] =>
  services.map((service) => {
    const changed = new Map<AnyAggregate, AnyAggregate>();
    for (const aggregate of service.aggregates) {
      if (kinds.includes(aggregate.name)) changed.set(aggregate, { ...aggregate, decider: { ...aggregate.decider, ...change(aggregate.decider) } });
    }
    const swap = (aggregate: AnyAggregate) => changed.get(aggregate) ?? aggregate;
    return {
      ...service,
      aggregates: service.aggregates.map(swap),
      subscriptions: service.subscriptions.map((subscription) => ({ ...subscription, aggregate: swap(subscription.aggregate) })),
    };
  });

/** The ledger forgets that a report has left. */
const withoutMemory = (): Partial<AnyDecider> => ({ evolve: (state: unknown) => state });

/** A contest is never decided: everybody who comes wins. */
const everybodyWins = ({ evolve }: AnyDecider): Partial<AnyDecider> => ({
  evolve: (state: { readonly contest: unknown }, event: { readonly type: string }) => {
    const next = evolve(state, event) as object;
    return event.type === 'ContestDecided' ? { ...next, contest: state.contest } : next;
  },
});

/** Of a group, devices are heard that were not in it. */
const everybodySpeaks = ({ decide }: AnyDecider): Partial<AnyDecider> => ({
  decide: (command: { readonly type: string }, state: { readonly binding?: object | null }) =>
    decide(command, command.type === 'Report' && state.binding ? { ...state, binding: { ...state.binding, group: false } } : state),
});

interface EvidenceCommand {
  readonly evidence: { readonly items: readonly object[] };
}

/** What a reader keeps to himself is told. */
const everythingPermitted = ({ decide }: AnyDecider): Partial<AnyDecider> => ({
  decide: (command: EvidenceCommand, state: unknown) =>
    decide({ ...command, evidence: { ...command.evidence, items: command.evidence.items.map((item) => ({ ...item, permitted: true })) } }, state),
});

/** Reports of chat messages and files are copied to the sender's other devices like any. */
const everyReportCopied = ({ decide }: AnyDecider): Partial<AnyDecider> => ({
  decide: (command: { readonly type: string; readonly report?: object; readonly copies?: string }, sender: unknown) =>
    decide(command.type === 'AddressReport' ? { ...command, copies: 'all', report: { ...command.report, service: 'standalone' } } : command, sender),
});

/** A summary tells of what was withdrawn as well. */
const nothingWithdrawn = ({ evolve }: AnyDecider): Partial<AnyDecider> => ({
  evolve: (state: unknown, event: { readonly type: string }) => (event.type === 'UcnWithdrawn' ? state : (evolve(state, event) as unknown)),
});

/** Of what a service keeps of a user one kind is forgotten when he is erased. */
function withoutOneKind(ports: NodePorts): NodePorts {
  return { ...ports, store: { ...ports.store, erase: (owner, { kinds, ...parts }, between) => ports.store.erase(owner, { ...parts, kinds: kinds.slice(1) }, between) } };
}

/** What the network is to forget is not asked of it. */
const nothingDeleted = ({ evolve }: AnyDecider): Partial<AnyDecider> => ({
  evolve: (state: { readonly deletions: readonly unknown[] }, event: { readonly type: string }) =>
    (event.type === 'DeletionBegun' ? { ...(evolve(state, event) as object), deletions: state.deletions } : (evolve(state, event) as unknown)),
});

export const MUTANTS: readonly Mutant[] = [
  { name: 'ledger', services: onDecider(['ledger'], withoutMemory) },
  { name: 'version', ports: withoutVersionCheck },
  { name: 'watermark', ports: onWrite((next) => { next.watermark = 0; }) },
  { name: 'seen', ports: onWrite((next) => { next.seen = {}; }) },
  { name: 'commit-first', ports: commitBeforePublish },
  { name: 'first-wins', services: onDecider(['participation', 'delivery'], everybodyWins) },
  { name: 'participant', services: onDecider(['delivery'], everybodySpeaks) },
  { name: 'privacy', services: onDecider(['ledger'], everythingPermitted) },
  { name: 'withdrawal', services: onDecider(['ucn-bundle'], nothingWithdrawn) },
  { name: 'copies', services: onDecider(['addressing'], everyReportCopied) },
  { name: 'erasure', ports: withoutOneKind },
  { name: 'stray', services: onDecider(['t8-subscriptions'], nothingDeleted) },
];
