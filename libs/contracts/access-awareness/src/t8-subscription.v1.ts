import { instant, keyedAddress, networkMonitoring } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';

const mine = { owner: 'access-awareness', listeners: ['access-awareness'], key: ({ user }: { readonly user: string }) => user } as const;

/**
 * Whether the network is to be asked about a user's Primary; `version` is that of the subscriber, an older one says nothing.
 * `isReachableForSms`: it need not report that he comes to be.
 */
export const WatchPrimary = defineEvent({
  type: 'WatchPrimary', version: 1, ...mine,
  summary: 'The Primary of a user is known, or no more: network subscriptions follow',
  schema: z.object({ user: keyedAddress, version: z.number().int(), isKnown: z.boolean(), isReachableForSms: z.boolean().optional(), at: instant }),
});
export type WatchPrimary = PayloadOf<typeof WatchPrimary>;

/**
 * Which subscription of a user at his operator's SCEF or NEF (3GPP TS 29.122 MonitoringEvent): of its kind the one of this generation.
 * `generation` is unique among all that a user ever has; `subscriptionId` is the last segment of its resource URI there.
 */
const subscription = { user: keyedAddress, monitoring: networkMonitoring, generation: z.number().int(), at: instant };
const subscriptionId = z.string().min(1).max(256);
/** Of the request whose outcome it is: those of a user are numbered, and that which creates a subscription has the number of its generation. */
const attempt = z.number().int();
/** How long the network asked to be left alone. */
const retryAfterMs = z.number().int().min(0).optional();

export const T8SubscriptionConfirmed = defineEvent({
  type: 'T8SubscriptionConfirmed', version: 1, ...mine,
  summary: 'The network keeps a subscription, from its creation or renewal on, until it expires',
  schema: z.object({ ...subscription, attempt, subscriptionId: subscriptionId.optional(), expiresAt: instant }),
});
export type T8SubscriptionConfirmed = PayloadOf<typeof T8SubscriptionConfirmed>;

/** `outcome`: later (or not known), never in this form, or gone: there is nothing left to renew. */
export const T8SubscriptionRefused = defineEvent({
  type: 'T8SubscriptionRefused', version: 1, ...mine,
  summary: 'The network did not create or renew a subscription, or that is not known',
  schema: z.object({ ...subscription, attempt, outcome: z.enum(['later', 'never', 'gone']), retryAfterMs, reason: z.string() }),
});
export type T8SubscriptionRefused = PayloadOf<typeof T8SubscriptionRefused>;

/**
 * What it says of access is evidence of its own (AccessObserved). `hasEnded`: the network keeps the subscription no more, whatever its kind.
 * `subscriptionId`: the network itself says that it is of this generation.
 */
export const T8SubscriptionNotified = defineEvent({
  type: 'T8SubscriptionNotified', version: 1, ...mine,
  summary: 'The network reported under a subscription, or ended it',
  schema: z.object({ ...subscription, subscriptionId: subscriptionId.optional(), hasReported: z.boolean(), hasEnded: z.boolean() }),
});
export type T8SubscriptionNotified = PayloadOf<typeof T8SubscriptionNotified>;

export const T8SubscriptionDeleted = defineEvent({
  type: 'T8SubscriptionDeleted', version: 1, ...mine,
  summary: 'The network keeps a subscription no more that was to be deleted there, or is to be asked again',
  schema: z.object({ user: keyedAddress, subscriptionId, outcome: z.enum(['deleted', 'later', 'never']), retryAfterMs, reason: z.string().optional(), at: instant }),
});
export type T8SubscriptionDeleted = PayloadOf<typeof T8SubscriptionDeleted>;
