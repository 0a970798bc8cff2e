import type { ServiceName } from '@cpm/runtime-decider';

/** What can be connected through a proxy. */
export type Dependency = 'kafka' | 'mongo' | 'smsc';

/** One fault with its target. Replicas, brokers and members count from 1. */
export type Fault =
  /** SIGKILL of one process; the other replica goes on. */
  | { readonly kind: 'process-kill'; readonly service: ServiceName; readonly replica: number }
  /** SIGSTOP, longer than a consumer's session, then SIGCONT: the process wakes up owning nothing and not knowing it. */
  | { readonly kind: 'process-stall'; readonly service: ServiceName; readonly replica: number }
  /** An update of the process reaches the database only when, stopped meanwhile, it has lost its partitions and others have gone on with them; then SIGCONT. */
  | { readonly kind: 'late-write'; readonly service: ServiceName; readonly replica: number }
  /** SIGKILL of all replicas of a service at once. */
  | { readonly kind: 'service-kill'; readonly service: ServiceName }
  | { readonly kind: 'rolling-restart'; readonly service: ServiceName }
  /** Its replicas end and start again in quick turn, each turn a rebalance of its consumer group. */
  | { readonly kind: 'rebalance-storm'; readonly service: ServiceName }
  /** The process runs `offsetMs` ahead of the others, or behind them when negative. */
  | { readonly kind: 'clock-skew'; readonly service: ServiceName; readonly replica: number; readonly offsetMs: number }
  | { readonly kind: 'broker-kill'; readonly broker: number }
  | { readonly kind: 'broker-stall'; readonly broker: number }
  /** Its log folder takes no more bytes. */
  | { readonly kind: 'disk-full'; readonly broker: number }
  /** The member that is primary when the fault comes. */
  | { readonly kind: 'mongo-primary-kill' }
  | { readonly kind: 'mongo-stepdown' }
  | { readonly kind: 'mongo-slow'; readonly latencyMs: number }
  /** Every connection of the services to it is closed, and none can be made. */
  | { readonly kind: 'connections-cut'; readonly to: Dependency }
  /** `before-response`: the SMSC takes texts and its answers never come; `after-response`: connections end right after answers. */
  | { readonly kind: 'smsc-drop'; readonly when: 'before-response' | 'after-response' }
  /** What the network tells of handsets comes twice, or the newer before the older; whoever plays the network does it. */
  | { readonly kind: 'network-events'; readonly how: 'duplicated' | 'reordered' };

export type FaultKind = Fault['kind'];
export type FaultOf<Kind extends FaultKind> = Extract<Fault, { kind: Kind }>;

/** When the fault comes, in ms after the plan's start, and how long its cause stays; 0 is a moment. */
export type PlannedFault = Fault & { readonly atMs: number; readonly forMs: number };

export interface FaultOutcome {
  readonly kind: FaultKind;
  /** For people: `routing/2`, `broker 3`, `mongo-1`, … */
  readonly target: string;
  /** Epoch ms at which it was injected. */
  readonly at: number;
  /** Until its cause began to be taken away; 0 for what takes only a moment. */
  readonly lastedMs: number;
  /** From then until the target worked again; undefined when it did not within the limit. */
  readonly recoveredAfterMs: number | undefined;
  /** Why it could not be injected, undone, or did not recover. */
  readonly failure?: string;
}

/** Takes the fault's cause away. */
export type Undo = () => Promise<void>;

/** Does one fault to a running system. */
export interface Injector {
  /** For people; final once injected. */
  readonly target: string;
  inject(): Promise<Undo>;
  /** Whether what the fault hit works again; asked after its cause is gone. */
  hasRecovered(): Promise<boolean>;
}

/** For people, as in an outcome. */
export function targetOf(fault: Fault): string {
  switch (fault.kind) {
    case 'process-kill':
    case 'process-stall':
    case 'late-write': return `${fault.service}/${fault.replica}`;
    case 'clock-skew': return `${fault.service}/${fault.replica} by ${fault.offsetMs / 1_000} s`;
    case 'service-kill':
    case 'rolling-restart':
    case 'rebalance-storm': return fault.service;
    case 'broker-kill':
    case 'broker-stall':
    case 'disk-full': return `broker ${fault.broker}`;
    case 'mongo-primary-kill':
    case 'mongo-stepdown': return 'primary';
    case 'mongo-slow': return `mongo by ${fault.latencyMs} ms`;
    case 'connections-cut': return fault.to;
    case 'smsc-drop': return fault.when;
    case 'network-events': return fault.how;
  }
}

/** What at most one fault holds at a time: two brokers or two members away at once would be an outage, which is another test. */
export function resourceOf(fault: Fault): string {
  if ('service' in fault) return fault.service;
  if ('broker' in fault) return 'kafka';
  switch (fault.kind) {
    case 'mongo-primary-kill':
    case 'mongo-stepdown':
    case 'mongo-slow': return 'mongo';
    case 'connections-cut': return fault.to;
    case 'smsc-drop': return 'smsc';
    case 'network-events': return 'network';
  }
}
