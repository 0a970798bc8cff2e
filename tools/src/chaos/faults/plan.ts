import type { ServiceName } from '@cpm/runtime-decider';
import { Dice } from '@cpm/testing-simulation';
import { LATE_WRITE_MS } from './kinds/late-write.js';
import { resourceOf, type Dependency, type Fault, type FaultKind, type PlannedFault } from './fault.js';

/** What a system offers to break. */
export interface Targets {
  readonly services: readonly ServiceName[];
  /** Processes of each service. */
  readonly replicas: number;
  readonly brokers: number;
  /** Whether a log folder can be filled, which takes a file system of its own. */
  readonly hasBrokerDisk: boolean;
  /** Whether the SMSC is the simulator, which does what it is told. */
  readonly hasSmsc: boolean;
}

interface Kind {
  /** How many of them a deck holds. */
  readonly cards: number;
  /** How long the cause stays, in ms: from, and below. */
  readonly forMs: readonly [from: number, below: number];
  /** Time to recover that the plan leaves before the next fault of the same resource. */
  readonly settleMs: number;
  readonly candidates: (targets: Targets, dice: Dice) => readonly Fault[];
}

const MOMENT = [0, 1] as const;
const CLOCK_OFFSETS_MS = [30_000, -30_000] as const;
const SLOW_MS = 200;
/** They write all the time while people talk. */
const BUSY: ReadonlySet<ServiceName> = new Set(['routing', 'client-edge', 'message-store-sync', 'report-aggregation']);
const FIRST_MS = 2_000;
const SHORTEST_GAP_MS = 7_000;
const GAP_SPREAD_MS = 5_000;

const KINDS: Readonly<Record<FaultKind, Kind>> = {
  'process-kill': { cards: 4, forMs: MOMENT, settleMs: 15_000, candidates: (targets) => processes(targets).map((at) => ({ kind: 'process-kill', ...at })) },
  'process-stall': { cards: 2, forMs: [15_000, 16_000], settleMs: 15_000, candidates: (targets) => processes(targets).map((at) => ({ kind: 'process-stall', ...at })) },
  'late-write': { cards: 1, forMs: [LATE_WRITE_MS, LATE_WRITE_MS + 1_000], settleMs: 15_000, candidates: ({ services, replicas }) => processes({ services: services.filter((one) => BUSY.has(one)), replicas }).map((at) => ({ kind: 'late-write', ...at })) },
  'service-kill': { cards: 1, forMs: MOMENT, settleMs: 20_000, candidates: ({ services }) => services.map((service) => ({ kind: 'service-kill', service })) },
  'rolling-restart': { cards: 1, forMs: MOMENT, settleMs: 30_000, candidates: ({ services }) => services.map((service) => ({ kind: 'rolling-restart', service })) },
  'rebalance-storm': { cards: 1, forMs: MOMENT, settleMs: 40_000, candidates: ({ services }) => services.map((service) => ({ kind: 'rebalance-storm', service })) },
  'clock-skew': {
    cards: 2, forMs: [15_000, 25_000], settleMs: 20_000,
    candidates: (targets, dice) => processes(targets).map((at) => ({ kind: 'clock-skew', ...at, offsetMs: CLOCK_OFFSETS_MS[dice.below(2)] ?? 0 })),
  },
  'broker-kill': { cards: 3, forMs: [2_000, 8_000], settleMs: 25_000, candidates: (targets) => brokers(targets).map((broker) => ({ kind: 'broker-kill', broker })) },
  'broker-stall': { cards: 1, forMs: [8_000, 15_000], settleMs: 15_000, candidates: (targets) => brokers(targets).map((broker) => ({ kind: 'broker-stall', broker })) },
  'disk-full': { cards: 1, forMs: [4_000, 8_000], settleMs: 25_000, candidates: ({ hasBrokerDisk }) => (hasBrokerDisk ? [{ kind: 'disk-full', broker: 1 }] : []) },
  'mongo-primary-kill': { cards: 2, forMs: [2_000, 8_000], settleMs: 20_000, candidates: () => [{ kind: 'mongo-primary-kill' }] },
  'mongo-stepdown': { cards: 2, forMs: MOMENT, settleMs: 15_000, candidates: () => [{ kind: 'mongo-stepdown' }] },
  'mongo-slow': { cards: 1, forMs: [10_000, 20_000], settleMs: 10_000, candidates: () => [{ kind: 'mongo-slow', latencyMs: SLOW_MS }] },
  'connections-cut': { cards: 3, forMs: [1_000, 6_000], settleMs: 15_000, candidates: (targets) => dependencies(targets).map((to) => ({ kind: 'connections-cut', to })) },
  'smsc-drop': {
    cards: 2, forMs: [3_000, 8_000], settleMs: 10_000,
    candidates: ({ hasSmsc }) => (hasSmsc ? [{ kind: 'smsc-drop', when: 'before-response' }, { kind: 'smsc-drop', when: 'after-response' }] : []),
  },
  'network-events': { cards: 2, forMs: [10_000, 20_000], settleMs: 0, candidates: () => [{ kind: 'network-events', how: 'duplicated' }, { kind: 'network-events', how: 'reordered' }] },
};

export const FAULT_KINDS = Object.keys(KINDS) as readonly FaultKind[];

function processes({ services, replicas }: Pick<Targets, 'services' | 'replicas'>): { service: ServiceName; replica: number }[] {
  return services.flatMap((service) => numbers(replicas).map((replica) => ({ service, replica })));
}

function brokers(targets: Targets): number[] {
  return numbers(targets.brokers);
}

function dependencies({ hasSmsc }: Targets): Dependency[] {
  return hasSmsc ? ['kafka', 'mongo', 'smsc'] : ['kafka', 'mongo'];
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/**
 * Which faults come when in so many minutes, sorted; the same seed plans the same. Kinds are dealt from a shuffled deck, so that none is
 * left out for long; `kinds` leaves out the others. Two faults of one resource keep clear of each other, so that no quorum is lost; those of different resources overlap.
 */
export function planFaults(seed: number, minutes: number, targets: Targets, kinds = FAULT_KINDS): PlannedFault[] {
  const dice = new Dice(seed);
  const endMs = minutes * 60_000;
  const freeAt = new Map<string, number>();
  const plan: PlannedFault[] = [];
  let deck: Fault[] = [];
  for (let atMs = FIRST_MS + dice.below(GAP_SPREAD_MS); atMs < endMs; atMs += SHORTEST_GAP_MS + dice.below(GAP_SPREAD_MS)) {
    if (deck.length < kinds.length) deck = [...deck, ...shuffledDeck(kinds, targets, dice)];
    const isPossible = (fault: Fault) => (freeAt.get(resourceOf(fault)) ?? 0) <= atMs && atMs + KINDS[fault.kind].forMs[1] <= endMs;
    const fault = deck.find(isPossible);
    if (!fault) continue;
    deck = deck.filter((other) => other !== fault);
    const forMs = within(KINDS[fault.kind].forMs, dice);
    freeAt.set(resourceOf(fault), atMs + forMs + KINDS[fault.kind].settleMs);
    plan.push({ ...fault, atMs, forMs });
  }
  return plan;
}

function within([from, below]: readonly [number, number], dice: Dice): number {
  return from + dice.below(below - from);
}

/** Each kind as often as its cards say, each card with a target of its own. */
function shuffledDeck(kinds: readonly FaultKind[], targets: Targets, dice: Dice): Fault[] {
  const deck = kinds.flatMap((kind) => {
    const { cards, candidates } = KINDS[kind];
    return Array.from({ length: cards }, () => dice.oneOf(candidates(targets, dice)) ?? []).flat();
  });
  for (let last = deck.length - 1; last > 0; last -= 1) {
    const other = dice.below(last + 1);
    [deck[last], deck[other]] = [deck[other] as Fault, deck[last] as Fault];
  }
  return deck;
}
