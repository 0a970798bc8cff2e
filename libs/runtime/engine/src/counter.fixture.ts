import { count } from '@cpm/metrics';
import { defineAggregate, defineEvent, defineService, on, perform, publish, writeRow, answer } from '@cpm/runtime-decider';
import { z } from 'zod';

/** A smallest service for the runtime's own tests: counts per user, tells of it, and resets after a while. */
export const Add = defineEvent({
  type: 'Add', version: 1, owner: 'routing', listeners: ['routing'], summary: 'add to a count', key: ({ user }) => user,
  schema: z.object({ user: z.string(), amount: z.number(), commandId: z.string().optional() }),
});
const Added = defineEvent({
  type: 'Added', version: 1, owner: 'routing', listeners: ['client-edge', 'report-aggregation'], summary: 'a count grew', key: ({ user }) => user,
  schema: z.object({ user: z.string(), total: z.number() }),
});

type State = { total: number; resetAt?: number };
type Command = { amount: number; now: number; commandId?: string | undefined } | 'reset';
type Event = { type: 'grew'; by: number; at: number; commandId?: string | undefined } | { type: 'reset' };

const counter = defineAggregate<Command, State, Event>({
  name: 'counter',
  ownerOf: (id) => id,
  decider: {
    initial: { total: 0 },
    decide: (command) => {
      if (command === 'reset') return [{ type: 'reset' }];
      if (command.amount < 0) throw new Error('negative amount');
      return [{ type: 'grew', by: command.amount, at: command.now, commandId: command.commandId }];
    },
    evolve: (state, event) => (event.type === 'reset' ? { total: 0 } : { total: state.total + event.by, resetAt: event.at + 1000 }),
  },
  react: (event, after, { id }) =>
    event.type === 'reset'
      ? []
      : [
          writeRow({ table: 'totals', id: `${id}|${after.total}`, insert: { total: after.total } }),
          publish(Added, { user: id, total: after.total }),
          perform('ring', { user: id, total: after.total }),
          ...(event.commandId === undefined ? [] : [answer(event.commandId, after.total)]),
        ],
  timersOf: ({ resetAt }) => (resetAt === undefined ? {} : { reset: resetAt }),
  whenDue: () => 'reset' as const,
  countsOf: (event) => (event.type === 'grew' ? [count('cpm_store_changes_total', {}, event.by)] : []),
  journalOf: (event, { now }) => (event.type === 'grew' ? { at: now, step: `grew by ${event.by}` } : undefined),
});

export const counting = defineService('routing', [
  on(Add, { aggregate: counter, idOf: ({ user }) => user, command: ({ amount, commandId }, { now }) => ({ amount, now, commandId }) }),
]);
