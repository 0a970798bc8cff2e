import type { Count } from '@cpm/metrics';
import type { Policy } from '@cpm/vocabulary';
import type { Decider } from './decider.js';
import type { Reaction } from './reaction.js';

/** An aggregate that still has work to do; `kind` is its name. */
export interface OpenAggregate {
  readonly kind: string;
  readonly id: string;
}

/** What a decision may know beside its command and state. `now` is the log's time in epoch ms, never the clock's. */
export interface DecisionContext<View = unknown> {
  readonly now: number;
  readonly policy: Policy;
  /** The aggregate's own id. */
  readonly id: string;
  /** The state of the aggregate named by `view`, read only; its initial state when it does not exist yet. */
  readonly view: View;
  /** The open aggregates asked for by a subscription's `open`. */
  readonly open: readonly OpenAggregate[];
}

/** One line of a message's journey, for a person to read. `form` is how content went (FULL, SMS, UCN, …). */
export interface JourneyEntry {
  readonly at: number;
  readonly step: string;
  readonly device?: string;
  readonly form?: string;
  readonly reason?: string;
}

/** Due times of pending waits in epoch ms, by name. Derived from the state: a wait that is over has no entry. */
export type Timers = Readonly<Record<string, number>>;

/**
 * A kind of aggregate: a decider and how its events touch the world. Everything here is pure.
 * The runtime stores one document per id and makes state, outbox and timers change together.
 */
export interface Aggregate<Command = never, State = unknown, Event = unknown, View = unknown> {
  /** Unique within the service; names the collection. */
  readonly name: string;
  readonly decider: Decider<Command, State, Event>;
  /** A stored state in the form that this version decides on, wherever one is read; absent: an earlier version stored the same form. */
  upgrade?(stored: State): State;
  /** What an event makes the service do, in order. `after` is the state once all events of the decision are applied. */
  react(event: Event, after: State, context: DecisionContext<View>): readonly Reaction[];
  /** The user whose partition the aggregate lives in, from its id. */
  ownerOf(id: string): string;
  /** The aggregate of the same service and user that decisions may look at. */
  readonly view?: { readonly aggregate: AnyAggregate; idOf(id: string): string };
  timersOf?(state: State): Timers;
  /** The command for a timer that has come due; undefined when the state no longer waits for it. */
  whenDue?(timer: string, context: DecisionContext<View>): Command | undefined;
  /** `after` as for `react`. */
  journalOf?(event: Event, context: DecisionContext<View>, after: State): JourneyEntry | undefined;
  /** What an event adds to the counters that operators watch; it names nobody. `after` as for `react`. */
  countsOf?(event: Event, after: State): readonly Count[];
  /** The message a journey belongs to, from the aggregate's id. */
  messageOf?(id: string): string;
  /** All that it decides is about the message of `messageOf`, wherever it comes from. */
  readonly isOfOneMessage?: true;
  /** Whether the aggregate still has work to do, for `open` look-ups. */
  isOpen?(state: State): boolean;
  /** It is no document of the user's own, but about him: it stays when he is erased. */
  readonly survivesErasure?: true;
  /** From when on the document may be removed, epoch ms; undefined keeps it. */
  removableAt?(state: State): number | undefined;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a service holds aggregates of unrelated types; each is checked where it is defined.
export type AnyAggregate = Aggregate<any, any, any, any>;

export function defineAggregate<Command, State, Event, View = undefined>(
  aggregate: Aggregate<Command, State, Event, View>,
): Aggregate<Command, State, Event, View> {
  return aggregate;
}
