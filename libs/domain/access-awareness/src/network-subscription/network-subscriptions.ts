import { T8SubscriptionConfirmed, T8SubscriptionDeleted, T8SubscriptionNotified, T8SubscriptionRefused, WatchPrimary } from '@cpm/contracts-access-awareness';
import { on, type Subscription } from '@cpm/runtime-decider';
import { t8Subscriptions } from './t8-subscriptions.aggregate.js';
import type { T8Command } from './t8-subscriptions.js';

const aggregate = t8Subscriptions;
const idOf = ({ user }: { readonly user: string }): string => user;

/** What the subscriptions at the network follow: the subscriber, and what became of what was asked of the network. */
export const networkSubscriptions: readonly Subscription[] = [
  on(WatchPrimary, {
    aggregate, idOf,
    command: ({ version, isKnown, isReachableForSms = false }, { now, policy }): T8Command => ({ type: 'Watch', version, isKnown, isReachableForSms, wanted: policy['access.t8.subscriptions'], now }),
  }),
  on(T8SubscriptionConfirmed, {
    aggregate, idOf,
    command: ({ monitoring, generation, attempt, subscriptionId, expiresAt }, { now }): T8Command =>
      ({ type: 'Confirm', monitoring, generation, attempt, ...(subscriptionId !== undefined && { subscriptionId }), expiresAt, now }),
  }),
  on(T8SubscriptionRefused, {
    aggregate, idOf,
    command: ({ monitoring, generation, attempt, outcome, retryAfterMs = 0, reason }, { now }): T8Command =>
      ({ type: 'Refuse', monitoring, generation, attempt, outcome, retryAfterMs, reason, now }),
  }),
  on(T8SubscriptionNotified, {
    aggregate, idOf,
    command: ({ monitoring, generation, subscriptionId, hasReported, hasEnded }, { now }): T8Command =>
      ({ type: 'Notify', monitoring, generation, ...(subscriptionId !== undefined && { subscriptionId }), hasReported, hasEnded, now }),
  }),
  on(T8SubscriptionDeleted, {
    aggregate, idOf,
    command: ({ subscriptionId, outcome, retryAfterMs = 0 }, { now }): T8Command => ({ type: 'EndDeletion', subscriptionId, outcome, retryAfterMs, now }),
  }),
];
