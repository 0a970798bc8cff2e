import { defineAggregate } from './aggregate.js';
import { defineEvent } from './event-contract.js';
import { defineService, on } from './service.js';

const counter = defineAggregate<number, number, number>({
  name: 'counter', ownerOf: (id) => id, decider: { initial: 0, decide: (added) => [added], evolve: (sum, added) => sum + added }, react: () => [],
});
const added = (version: number) =>
  on(
    defineEvent({ type: 'Added', version, owner: 'routing', listeners: ['routing'], summary: 'added', key: ({ user }: { user: string }) => user, schema: { parse: (value) => value as { user: string } } }),
    { aggregate: counter, idOf: ({ user }) => user, command: () => 1 },
  );

describe('a service', () => {
  it('hears two versions of an event', () => expect(defineService('routing', [added(1), added(2)]).subscriptions).toHaveLength(2));

  it('refuses to hear one version twice', () => expect(() => defineService('routing', [added(1), added(1)])).toThrow('routing subscribes twice to cpm.routing.Added.v1'));
});
