import type { Aggregate, AnyAggregate, DecisionContext } from './aggregate.js';
import type { Erasure } from './erasure.js';
import { ceType, type EventContract, type ServiceName } from './event-contract.js';

/** What a service does with one kind of event: which aggregate decides, and with which command. */
export interface Subscription {
  readonly contract: EventContract;
  readonly aggregate: AnyAggregate;
  idOf(payload: unknown): string;
  command(payload: unknown, context: DecisionContext): unknown;
  /** Look up the owner's open aggregates of these kinds and put them into the context. */
  readonly open?: readonly AnyAggregate[];
  /**
   * Nearly every such event begins an aggregate: it is taken for new without asking the store, which refuses the batch when it is
   * not. Only for services without effects: those of a refused batch may be lost.
   */
  readonly begins?: true;
}

/** What a service does with a collection: everything; look; look and add; look and change what is there. */
export type CollectionUse = 'keep' | 'read' | 'append' | 'amend';

/** Collections by their whole names. */
export type CollectionUses = Readonly<Record<string, CollectionUse>>;

export interface ServiceDefinition {
  readonly name: ServiceName;
  readonly aggregates: readonly AnyAggregate[];
  readonly subscriptions: readonly Subscription[];
  /** Absent in a service that keeps nothing of anybody. */
  readonly erasure?: Erasure;
  /** Of the database, beside what follows from aggregates and erasure: `collectionRightsOf` says which those are. */
  readonly collections?: CollectionUses;
}

/** The events that a service hears. */
export function heardBy({ subscriptions, erasure }: ServiceDefinition): readonly EventContract[] {
  return [...subscriptions.map(({ contract }) => contract), ...(erasure ? [erasure.asked as EventContract] : [])];
}

export function on<Payload, Command, State, Event, View>(
  contract: EventContract<string, Payload>,
  how: {
    aggregate: Aggregate<Command, State, Event, View>;
    idOf: (payload: Payload) => string;
    command: (payload: Payload, context: DecisionContext<View>) => Command;
    open?: readonly AnyAggregate[];
    begins?: true;
  },
): Subscription {
  return { contract, ...how } as unknown as Subscription;
}

/** A service as data. Throws when the table contradicts itself: a programming error, found at start. */
export function defineService(name: ServiceName, subscriptions: readonly Subscription[], erasure?: Erasure, collections?: CollectionUses): ServiceDefinition {
  const aggregates = new Map<string, AnyAggregate>();
  const types = new Set<string>();
  for (const { contract, aggregate } of subscriptions) {
    if (!contract.listeners.includes(name)) throw new Error(`${name} subscribes to ${contract.type}, which does not list it as a listener`);
    // Two versions of an event are two events: both are under way while one takes the place of the other.
    if (types.has(ceType(contract))) throw new Error(`${name} subscribes twice to ${ceType(contract)}`);
    types.add(ceType(contract));
    const known = aggregates.get(aggregate.name);
    if (known && known !== aggregate) throw new Error(`${name} has two aggregates named ${aggregate.name}`);
    aggregates.set(aggregate.name, aggregate);
    if (aggregate.view) aggregates.set(aggregate.view.aggregate.name, aggregate.view.aggregate);
  }
  if (erasure && !erasure.asked.listeners.includes(name)) throw new Error(`${name} is to forget users, and ${erasure.asked.type} does not list it as a listener`);
  return { name, aggregates: [...aggregates.values()], subscriptions, ...(erasure && { erasure }), ...(collections && { collections }) };
}
