import type { DeviceId, Instant } from '@cpm/vocabulary';
import type { NotificationOutcome, SubscribeToBox, SubscriptionPlace } from '@cpm/contracts-message-store-sync';

export const MAX_SUBSCRIPTIONS = 32;
export const DEFAULT_DURATION_SEC = 86_400;
export const MAX_DURATION_SEC = 30 * 86_400;
/** The most changes that one list can hold. */
export const LIST_SPAN = 500;
/** A list that nothing was heard of for so long is sent again. */
const OUTCOME_DUE_MS = 60_000;
const RETRY_FIRST_MS = 2_000;
const RETRY_LIMIT_MS = 900_000;
/** Then its subscriber is taken for gone; with its restart token it can subscribe anew and go on. */
const MAX_ATTEMPTS = 20;

/** A device that wants to hear of changes. `place` is where the next list begins; only a subscription with a `notifyUrl` moves it here. */
export interface Subscription {
  readonly id: string;
  readonly device: DeviceId;
  readonly clientCorrelator?: string;
  readonly notifyUrl?: string;
  readonly callbackData?: string;
  readonly durationSec: number;
  readonly expiresAt: Instant;
  readonly place: SubscriptionPlace;
  /** How often the device's rules had changed when it last heard of the box. */
  readonly rules: number;
  /** The list under way: changes after the place up to `to`, the same at each attempt, so that one taken twice is known by its index. */
  readonly sending?: Sending;
}

export interface Sending {
  readonly to: number;
  readonly rules: number;
  readonly attempts: number;
  readonly dueAt: Instant;
}

/** Of the box: its last change, up to where it has forgotten what was removed, and how often a device's rules have changed. */
export interface BoxHead {
  readonly head: number;
  readonly floor: number;
  rulesOf(device: DeviceId): number;
}

export type SubscriptionRefusal = 'unknown-subscription' | 'too-many-subscriptions';

export type SubscriptionEvent =
  | { readonly type: 'Subscribed'; readonly subscription: Subscription }
  | { readonly type: 'Unsubscribed'; readonly id: string }
  /** A list leaves, or leaves once more. */
  | { readonly type: 'NotificationBegun'; readonly id: string; readonly sending: Sending }
  | { readonly type: 'NotificationTaken'; readonly id: string; readonly place: SubscriptionPlace }
  | { readonly type: 'NotificationDelayed'; readonly id: string; readonly dueAt: Instant };

/** The subscription that a request makes or renews. */
export function subscriptionOf(request: SubscribeToBox, known: Subscription | undefined, { head, rulesOf }: BoxHead, now: Instant): Subscription {
  const { subscriptionId: id, device, clientCorrelator, notifyUrl, callbackData, place } = request;
  const durationSec = Math.min(request.durationSec ?? known?.durationSec ?? DEFAULT_DURATION_SEC, MAX_DURATION_SEC);
  const made = known ?? {
    id, device, ...(clientCorrelator !== undefined && { clientCorrelator }), ...(notifyUrl !== undefined && { notifyUrl }), ...(callbackData !== undefined && { callbackData }),
    place: { position: head, index: 1 }, rules: rulesOf(device),
  };
  const { sending, ...idle } = made as Subscription;
  const under = place === undefined && sending ? { sending } : {};
  return { ...idle, durationSec, expiresAt: now + durationSec * 1000, ...(place && { place: { position: place.position, index: place.index }, rules: place.rules }), ...under };
}

export function isLive({ expiresAt }: Pick<Subscription, 'expiresAt'>, now: Instant): boolean {
  return expiresAt > now;
}

/** Lists that can leave now: of every live subscription with a callback that has none under way and is behind the head. */
export function listsToSend(subscriptions: readonly Subscription[], { head, floor, rulesOf }: BoxHead, now: Instant): readonly SubscriptionEvent[] {
  return subscriptions
    .filter((one) => one.notifyUrl !== undefined && !one.sending && (one.place.position < head || one.rules !== rulesOf(one.device)) && isLive(one, now))
    .map(({ id, device, place: { position }, rules }) => {
      const current = rulesOf(device);
      // Under other rules, or after too long, the box is searched anew, and what changed before is not told.
      const to = rules === current && position >= floor ? Math.min(head, position + LIST_SPAN) : head;
      return { type: 'NotificationBegun', id, sending: { to, rules: current, attempts: 1, dueAt: now + OUTCOME_DUE_MS } };
    });
}

/** What the outcome of a list means. One that is not of the list under way says nothing. */
export function afterOutcome({ outcome, index, position }: NotificationOutcome, subscription: Subscription | undefined, now: Instant): readonly SubscriptionEvent[] {
  if (!subscription?.sending || subscription.place.index !== index) return [];
  const { id, sending } = subscription;
  // What nobody wanted took no index: heard once more, that is said of a range before.
  if (outcome !== 'failed' && position < sending.to) return [];
  if (outcome === 'failed') return [{ type: 'NotificationDelayed', id, dueAt: now + Math.min(RETRY_FIRST_MS * 2 ** (sending.attempts - 1), RETRY_LIMIT_MS) }];
  // What nobody wants to hear of takes no index.
  return [{ type: 'NotificationTaken', id, place: { position: Math.max(position, sending.to), index: outcome === 'empty' ? index : index + 1 } }];
}

/** The wait for an outcome, or before a repetition, is over. */
export function afterWait(subscription: Subscription | undefined, now: Instant): readonly SubscriptionEvent[] {
  if (!subscription?.sending || subscription.sending.dueAt > now) return [];
  const { id, sending } = subscription;
  if (!isLive(subscription, now) || sending.attempts >= MAX_ATTEMPTS) return [{ type: 'Unsubscribed', id }];
  return [{ type: 'NotificationBegun', id, sending: { ...sending, attempts: sending.attempts + 1, dueAt: now + OUTCOME_DUE_MS } }];
}

export function withSubscriptionEvent(subscriptions: readonly Subscription[], event: SubscriptionEvent): readonly Subscription[] {
  if (event.type === 'Subscribed') return [...subscriptions.filter(({ id }) => id !== event.subscription.id), event.subscription];
  if (event.type === 'Unsubscribed') return subscriptions.filter(({ id }) => id !== event.id);
  return subscriptions.map((one) => (one.id === event.id ? changed(one, event) : one));
}

function changed(one: Subscription, event: Extract<SubscriptionEvent, { readonly id: string }>): Subscription {
  switch (event.type) {
    case 'NotificationBegun':
      return { ...one, sending: event.sending };
    case 'NotificationDelayed':
      return one.sending ? { ...one, sending: { ...one.sending, dueAt: event.dueAt } } : one;
    case 'NotificationTaken': {
      const { sending, ...idle } = one;
      return { ...idle, place: event.place, rules: sending?.rules ?? one.rules };
    }
    case 'Unsubscribed':
      return one;
  }
}
