import { deadLettersOf, groupOf, inboxOf, SERVICES, writersOf, type EventContract, type ServiceName } from './event-contract.js';
import type { CollectionUse, ServiceDefinition } from './service.js';

/** As Kafka's authorizer names them; READ and WRITE imply DESCRIBE. */
export type TopicOperation = 'READ' | 'WRITE' | 'DESCRIBE' | 'DESCRIBE_CONFIGS';
export type GroupOperation = 'READ' | 'DESCRIBE';

/** What one identity may do on the broker; everything else is refused to it, the creation of topics included. */
export interface TopicRights {
  readonly principal: string;
  /** Operations by topic. */
  readonly topics: Readonly<Record<string, readonly TopicOperation[]>>;
  /** Operations by consumer group: READ is to be a member of it, DESCRIBE to see how far it has come. */
  readonly groups: Readonly<Record<string, readonly GroupOperation[]>>;
}

/** Actions as MongoDB names them. */
export type CollectionAction = 'find' | 'insert' | 'update' | 'remove' | 'createCollection' | 'createIndex';

/** What one identity may do in the database: actions by whole collection name. */
export interface CollectionRights {
  readonly principal: string;
  readonly collections: Readonly<Record<string, readonly CollectionAction[]>>;
}

export const DEAD_LETTER_TABLE = 'dead-letters';
/** Versions of the policy, which every service goes by. */
export const POLICY_COLLECTION = 'policy';
/** Who and what was removed of late, which every entrance goes by. */
export const REVOCATIONS_COLLECTION = 'device-registry.revocations';
/** Who did what to whom. */
export const AUDIT_COLLECTION = 'audit';

/** The collection of a kind of aggregate, or of a table, of a service. */
export function collectionOf(service: ServiceName, name: string): string {
  return `${service}.${name}`;
}

/**
 * The least that the services of one process need of Kafka: to read their own inboxes as their own group, to write where
 * contracts name them as writers, to write their timers into their own logs, to put dead letters aside, and to see how far
 * all consumers have come, by which the entrance lets work in.
 */
export function topicRightsOf(principal: string, services: readonly ServiceDefinition[], contracts: readonly EventContract[]): TopicRights {
  const topics = new Map<string, Set<TopicOperation>>();
  const allow = (topic: string, ...operations: readonly TopicOperation[]) => {
    topics.set(topic, new Set([...(topics.get(topic) ?? []), ...operations]));
  };
  for (const { name, aggregates } of services) {
    // Each checks at its start that its own topics stamp append times.
    allow(inboxOf(name), 'READ', 'DESCRIBE_CONFIGS');
    allow(deadLettersOf(name), 'WRITE', 'DESCRIBE_CONFIGS');
    if (aggregates.some(({ timersOf }) => timersOf)) allow(inboxOf(name), 'WRITE');
    const written = contracts.filter((contract) => writersOf(contract).includes(name));
    for (const listener of written.flatMap(({ listeners }) => listeners)) allow(inboxOf(listener), 'WRITE');
  }
  // READ and WRITE imply it.
  for (const inbox of SERVICES.map(inboxOf)) if (!topics.get(inbox)?.has('READ') && !topics.get(inbox)?.has('WRITE')) allow(inbox, 'DESCRIBE');
  const own = new Set(services.map(({ name }) => name));
  const groups = new Map(SERVICES.map((service) => [groupOf(service), new Set<GroupOperation>([own.has(service) ? 'READ' : 'DESCRIBE'])]));
  return { principal, topics: sorted(topics), groups: sorted(groups) };
}

const ACTIONS: Readonly<Record<CollectionUse, readonly CollectionAction[]>> = {
  keep: ['find', 'insert', 'update', 'remove', 'createCollection', 'createIndex'],
  read: ['find'],
  // Whoever adds first also makes the collection and its index.
  append: ['find', 'insert', 'createCollection', 'createIndex'],
  amend: ['find', 'update'],
};

/** The least that the services of one process need of MongoDB: all of their own collections, and of others what their definitions say. */
export function collectionRightsOf(principal: string, services: readonly ServiceDefinition[]): CollectionRights {
  const rights = new Map<string, Set<CollectionAction>>();
  const allow = (collection: string, use: CollectionUse) => {
    rights.set(collection, new Set([...(rights.get(collection) ?? []), ...ACTIONS[use]]));
  };
  for (const { name, aggregates, erasure, collections = {} } of services) {
    const tables = erasure ? [...erasure.tables, ...Object.keys(erasure.fields ?? {})] : [];
    for (const own of [...aggregates.map((aggregate) => aggregate.name), ...tables, DEAD_LETTER_TABLE]) allow(collectionOf(name, own), 'keep');
    allow(POLICY_COLLECTION, 'read');
    allow(REVOCATIONS_COLLECTION, 'read');
    for (const [collection, use] of Object.entries(collections)) allow(collection, use);
  }
  return { principal, collections: sorted(rights) };
}

function sorted<Value extends string>(rights: ReadonlyMap<string, ReadonlySet<Value>>): Record<string, readonly Value[]> {
  return Object.fromEntries([...rights].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, values]) => [name, [...values].sort()]));
}
