import { answer, defineAggregate, defineEvent, defineService, on, perform } from '@cpm/runtime-decider';
import { keyedAddress } from '@cpm/vocabulary';
import { z } from 'zod';

/** A service as small as can be: counts, answers, does an effect, and adds ten once when its timer is due. */
export const Count = defineEvent({
  type: 'Count', version: 1, owner: 'routing', listeners: ['routing'],
  summary: 'Adds one',
  key: ({ user }) => user,
  schema: z.object({ user: keyedAddress, commandId: z.string(), timerMs: z.number().optional() }),
});

interface Counter {
  readonly count: number;
  readonly tenAt?: number | undefined;
}
type Command = { readonly type: 'one'; readonly commandId: string; readonly tenAt?: number | undefined } | { readonly type: 'ten' };
type Event = Command;

export const counter = defineAggregate<Command, Counter, Event>({
  name: 'counter',
  decider: {
    initial: { count: 0 },
    decide: (command) => [command],
    evolve: ({ count, tenAt }, event) => (event.type === 'one' ? { count: count + 1, tenAt: event.tenAt ?? tenAt } : { count: count + 10 }),
  },
  react: (event, { count }) => (event.type === 'one' ? [answer(event.commandId, { count }), perform('announce', { count })] : [perform('announce', { count })]),
  ownerOf: (id) => id,
  timersOf: ({ tenAt }) => (tenAt === undefined ? {} : { ten: tenAt }),
  whenDue: () => ({ type: 'ten' }),
});

export const counting = defineService('routing', [
  on(Count, {
    aggregate: counter, idOf: ({ user }) => user,
    command: ({ commandId, timerMs }, { now }) => ({ type: 'one' as const, commandId, tenAt: timerMs === undefined ? undefined : now + timerMs }),
  }),
]);
