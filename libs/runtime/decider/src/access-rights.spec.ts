import type { CpmAddress } from '@cpm/vocabulary';
import { collectionRightsOf, topicRightsOf } from './access-rights.js';
import { defineAggregate } from './aggregate.js';
import { assertWriter, defineEvent, groupOf, inboxOf, SERVICES, type EventContract, type ServiceName } from './event-contract.js';
import { defineService, on } from './service.js';

const schema = { parse: (value: unknown) => value as { readonly user: CpmAddress } };
const event = (type: string, owner: ServiceName, listeners: readonly ServiceName[], writers?: readonly ServiceName[]) =>
  defineEvent({ type, version: 1, owner, listeners, ...(writers && { writers }), summary: '', key: ({ user }: { readonly user: CpmAddress }) => user, schema });

const Asked = event('Asked', 'routing', ['routing'], ['client-edge']);
const Told = event('Told', 'routing', ['client-edge', 'report-aggregation']);
const contracts = [Asked, Told] as unknown as readonly EventContract[];

const aggregateOf = (name: string, timed = false) => defineAggregate<object, object, object>({
  name, decider: { initial: {}, decide: () => [], evolve: (state) => state }, react: () => [], ownerOf: (id) => id, ...(timed && { timersOf: () => ({}), whenDue: () => ({}) }),
});
const hears = (name: ServiceName, contract: typeof Asked, timed = false) =>
  defineService(name, [on(contract, { aggregate: aggregateOf('thing', timed), idOf: ({ user }) => user, command: () => ({}) })], undefined, name === 'client-edge' ? { 'routing.thing': 'read', audit: 'append' } : undefined);
const routing = hears('routing', Asked, true);
const edge = hears('client-edge', Told);

/** How far all consumers have come is everybody's to see. */
const described = (...used: readonly ServiceName[]) => Object.fromEntries(SERVICES.filter((name) => !used.includes(name)).map((name) => [inboxOf(name), ['DESCRIBE']]));
const groupsOf = (...own: readonly ServiceName[]) => Object.fromEntries(SERVICES.map((name) => [groupOf(name), [own.includes(name) ? 'READ' : 'DESCRIBE']]));

describe('what a service may do on the broker', () => {
  it('is to read its own inbox as its own group, to write what contracts name it a writer of, to put letters aside, and to see how far all have come', () => {
    expect(topicRightsOf('client-edge', [edge], contracts)).toEqual({
      principal: 'client-edge',
      topics: {
        'cpm.client-edge.dead-letters': ['DESCRIBE_CONFIGS', 'WRITE'], 'cpm.client-edge.inbox': ['DESCRIBE_CONFIGS', 'READ'], 'cpm.routing.inbox': ['WRITE'],
        ...described('client-edge', 'routing'),
      },
      groups: groupsOf('client-edge'),
    });
  });

  it('is to write into its own log where it has timers', () => {
    expect(topicRightsOf('routing', [routing], contracts).topics).toEqual({
      'cpm.client-edge.inbox': ['WRITE'], 'cpm.report-aggregation.inbox': ['WRITE'],
      'cpm.routing.dead-letters': ['DESCRIBE_CONFIGS', 'WRITE'], 'cpm.routing.inbox': ['DESCRIBE_CONFIGS', 'READ', 'WRITE'],
      ...described('client-edge', 'report-aggregation', 'routing'),
    });
  });

  it('is the union where several are one process', () => {
    const both = topicRightsOf('all-in-one', [routing, edge], contracts);
    expect(both.groups).toEqual(groupsOf('client-edge', 'routing'));
    expect(both.topics['cpm.routing.inbox']).toEqual(['DESCRIBE_CONFIGS', 'READ', 'WRITE']);
    expect(both.topics['cpm.client-edge.inbox']).toEqual(['DESCRIBE_CONFIGS', 'READ', 'WRITE']);
  });

  it('refuses a publication by who is no writer before the broker does', () => {
    expect(() => assertWriter('client-edge', Asked)).not.toThrow();
    expect(() => assertWriter('routing', Told)).not.toThrow();
    expect(() => assertWriter('routing', Asked)).toThrow('routing publishes Asked, which does not list it as a writer');
  });
});

describe('what a service may do in the database', () => {
  const everything = ['createCollection', 'createIndex', 'find', 'insert', 'remove', 'update'];

  it('is everything with its own collections, to read the policy and what was removed, and what its definition says', () => {
    expect(collectionRightsOf('client-edge', [edge])).toEqual({
      principal: 'client-edge',
      collections: {
        audit: ['createCollection', 'createIndex', 'find', 'insert'],
        'client-edge.dead-letters': everything, 'client-edge.thing': everything, 'device-registry.revocations': ['find'], policy: ['find'], 'routing.thing': ['find'],
      },
    });
  });

  it('is the union where several are one process', () => {
    expect(collectionRightsOf('all-in-one', [routing, edge]).collections['routing.thing']).toEqual(everything);
  });
});
