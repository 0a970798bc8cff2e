import type { CpmAddress, Instant, NetworkMonitoring } from '@cpm/vocabulary';
import { defineAggregate, perform, type Reaction, type Timers } from '@cpm/runtime-decider';
import { REFUSED_FOR_MS, t8Decider } from './t8-subscriptions.decider.js';
import { dueOf, subscriptionOf, type T8Command, type T8Event, type T8Subscriptions } from './t8-subscriptions.js';

/** Later the request is taken for lost: it must not begin any more, epoch ms. */
interface InTime {
  readonly user: CpmAddress;
  readonly beginBy: Instant;
}

/** The effect `t8-create`: its outcome names `generation` as its attempt. */
export interface T8CreationInput extends InTime {
  readonly monitoring: NetworkMonitoring;
  readonly generation: number;
}

/** The effect `t8-renew`. */
export interface T8RenewalInput extends T8CreationInput {
  readonly attempt: number;
  readonly subscriptionId: string;
}

/** The effect `t8-delete`. */
export interface T8DeletionInput extends InTime {
  readonly subscriptionId: string;
}

/** Well before a request is taken for lost, so that one that begins late is still answered in time. */
const BEGIN_MARGIN_MS = 45_000;
const DUE = 'due';
const KEPT_AFTER_MS = 86_400_000;

function react(event: T8Event, after: T8Subscriptions, id: string): readonly Reaction[] {
  const inTime = (dueAt: Instant): InTime => ({ user: id as CpmAddress, beginBy: dueAt - BEGIN_MARGIN_MS });
  switch (event.type) {
    case 'CreationBegun': {
      const { monitoring, generation, dueAt } = event;
      return [perform('t8-create', { ...inTime(dueAt), monitoring, generation } satisfies T8CreationInput)];
    }
    case 'RenewalBegun': {
      const { monitoring, attempt, dueAt } = event;
      const { generation, subscriptionId } = subscriptionOf(after, monitoring) ?? {};
      if (generation === undefined || subscriptionId === undefined) return [];
      return [perform('t8-renew', { ...inTime(dueAt), monitoring, generation, attempt, subscriptionId } satisfies T8RenewalInput)];
    }
    case 'DeletionBegun':
      return [perform('t8-delete', { ...inTime(event.dueAt), subscriptionId: event.subscriptionId } satisfies T8DeletionInput)];
    default:
      return [];
  }
}

/** Before, what was refused waited for the subscriber to change. */
function withDueRefusals(stored: T8Subscriptions): T8Subscriptions {
  const isOld = (one: T8Subscriptions['subscriptions'][number]) => one.status === 'refused' && one.dueAt === undefined;
  if (!stored.subscriptions.some(isOld)) return stored;
  return { ...stored, subscriptions: stored.subscriptions.map((one) => (isOld(one) ? { ...one, dueAt: one.begunAt + REFUSED_FOR_MS } : one)) };
}

function timersOf(state: T8Subscriptions): Timers {
  const due = Math.min(...state.subscriptions.map((one) => dueOf(state, one)), ...state.deletions.map(({ dueAt }) => dueAt));
  return due === Infinity ? {} : { [DUE]: due };
}

/** What one user's operator is asked to report of his Primary. The id is his CPM Address. */
export const t8Subscriptions = defineAggregate<T8Command, T8Subscriptions, T8Event>({
  name: 't8-subscriptions',
  decider: t8Decider,
  upgrade: withDueRefusals,
  react: (event, after, { id }) => react(event, after, id),
  ownerOf: (id) => id,
  timersOf,
  whenDue: (_timer, { now, policy }) => ({ type: 'Elapse', wanted: policy['access.t8.subscriptions'], now }),
  removableAt: ({ subscriptions, deletions, touchedAt }) => (subscriptions.length + deletions.length === 0 ? touchedAt + KEPT_AFTER_MS : undefined),
});
