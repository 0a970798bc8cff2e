import type { Instant, NetworkMonitoring } from '@cpm/vocabulary';
import { concluding, type Decider, type DecisionStep } from '@cpm/runtime-decider';
import { dueOf, evolveT8, isNeedless, isOneShot, NO_SUBSCRIPTIONS, subscriptionOf, type Confirm, type EndDeletion, type Notify, type Refuse, type T8Command, type T8Event, type T8Subscription, type T8Subscriptions, type Watch } from './t8-subscriptions.js';

/** How long an outcome may take before the request counts as lost with the process that made it. */
export const ANSWER_LIMIT_MS = 90_000;
const RETRY_FIRST_MS = 5_000;
const RETRY_LAST_MS = 900_000;
/** What would have to be asked for anew in no time is asked for more and more seldom: a phone that is reachable may be reported at once, each time. */
export const SHORT_LIFE_MS = 600_000;
const PAUSE_FIRST_MS = 1_000;
const PAUSE_LAST_MS = 900_000;
/** A subscription is renewed after this part of what is left of its life. */
const RENEWED_PART = 0.8;
const RENEWED_AFTER_MS = 30_000;
/** What the network refused for good is tried again so often: its operator may have put right what was wrong. */
export const REFUSED_FOR_MS = 86_400_000;
/** Over some hours; then the network forgets the subscription by itself when it expires. */
const DELETION_ATTEMPTS = 20;
const MAX_DELETIONS = 32;

/** CPM-MLD-035: what the network is to tell of a Primary is asked for as long as the Primary is known, once of each kind. */
export const t8Decider: Decider<T8Command, T8Subscriptions, T8Event> = {
  initial: NO_SUBSCRIPTIONS,
  decide(command, state) {
    switch (command.type) {
      case 'Watch': return watch(command, state);
      case 'Confirm': return confirm(command, state);
      case 'Refuse': return refuse(command, state);
      case 'Notify': return notify(command, state);
      case 'EndDeletion': return endDeletion(command, state);
      case 'Elapse': return conclude(state, (now) => follow(now, command.wanted, command.now), (now) => takeUp(now, command.now), (now) => deleteAgain(now, command.now));
    }
  },
  evolve: evolveT8,
};

type Step = DecisionStep<T8Subscriptions, T8Event>;

const conclude = concluding(evolveT8);

function watch({ version, isKnown, isReachableForSms = false, wanted, now: at }: Watch, state: T8Subscriptions): readonly T8Event[] {
  if (version < state.version || (version === state.version && isKnown && !state.isKnown)) return [];
  return conclude(
    state,
    () => (version === state.version && isKnown === state.isKnown && isReachableForSms === (state.isReachableForSms ?? false)
      ? []
      : [{ type: 'PrimaryWatched', version, isKnown, isReachableForSms, at }]),
    (now) => follow(now, wanted, at),
  );
}

/** What is not wanted any more goes, what is wanted and not there begins. */
function follow(state: T8Subscriptions, wanted: readonly NetworkMonitoring[], at: Instant): readonly T8Event[] {
  const kinds = state.isKnown ? [...new Set(wanted)] : [];
  const unwanted = state.subscriptions.filter(({ monitoring }) => !kinds.includes(monitoring));
  return conclude(
    state,
    ...unwanted.map((one): Step => (now) => conclude(now, () => [{ type: 'SubscriptionDropped', monitoring: one.monitoring, at }], (dropped) => abandon(dropped, one, at))),
    ...kinds.filter((kind) => !subscriptionOf(state, kind) && !isNeedless(state, kind)).map((kind): Step => (now) => begin(now, kind, at)),
  );
}

function begin(state: T8Subscriptions, monitoring: NetworkMonitoring, at: Instant): readonly T8Event[] {
  const { failures = 0, shortLives = 0, reason } = subscriptionOf(state, monitoring) ?? {};
  return [{ type: 'CreationBegun', monitoring, generation: nextNumber(state, at), dueAt: at + ANSWER_LIMIT_MS, failures, shortLives, ...(reason !== undefined && { reason }), at }];
}

/** Of the time too, so that no number comes again when the user was erased in between. */
function nextNumber({ lastNumber }: T8Subscriptions, at: Instant): number {
  return Math.max(lastNumber + 1, at);
}

/** Has the network forget what it may still keep. */
function abandon(state: T8Subscriptions, { subscriptionId, expiresAt = Infinity }: Pick<T8Subscription, 'subscriptionId' | 'expiresAt'>, at: Instant): readonly T8Event[] {
  if (subscriptionId === undefined || expiresAt <= at || state.deletions.length >= MAX_DELETIONS) return [];
  if (state.deletions.some((one) => one.subscriptionId === subscriptionId) || state.subscriptions.some((one) => one.subscriptionId === subscriptionId)) return [];
  return [{ type: 'DeletionBegun', subscriptionId, attempts: 1, dueAt: at + ANSWER_LIMIT_MS, at }];
}

/** What was created and is not the one that is awaited must not go on: there would be two. */
function confirm({ generation, attempt, monitoring, subscriptionId, expiresAt, now: at }: Confirm, state: T8Subscriptions): readonly T8Event[] {
  const one = subscriptionOf(state, monitoring);
  const isStray = one?.generation !== generation || one.status === 'paused' || one.status === 'refused';
  if (!one || isStray) return abandon(state, { ...(subscriptionId !== undefined && { subscriptionId }) }, at);
  const isAwaited = one.status === 'creating' || one.status === 'retrying' || (one.status === 'renewing' && attempt === one.attempt);
  if (!isAwaited && one.expiresAt !== undefined && expiresAt <= one.expiresAt) return [];
  const dueAt = at + Math.max((expiresAt - at) * RENEWED_PART, RENEWED_AFTER_MS);
  return [{ type: 'SubscriptionKept', monitoring, ...(subscriptionId !== undefined && { subscriptionId }), expiresAt, dueAt, at }];
}

function refuse({ generation, attempt, monitoring, outcome, retryAfterMs, reason, now: at }: Refuse, state: T8Subscriptions): readonly T8Event[] {
  const one = subscriptionOf(state, monitoring);
  if (one?.generation !== generation || one.attempt !== attempt || (one.status !== 'creating' && one.status !== 'renewing')) return [];
  if (outcome === 'later' || (outcome === 'gone' && one.status === 'creating')) return [retry(one, reason, at, retryAfterMs)];
  if (one.status === 'creating') return [{ type: 'SubscriptionRefused', monitoring, dueAt: at + REFUSED_FOR_MS, reason, at }];
  return replace(state, one, outcome === 'never', at);
}

function retry({ monitoring, failures }: T8Subscription, reason: string, at: Instant, atLeastMs = 0): T8Event {
  return { type: 'RetryPlanned', monitoring, dueAt: at + Math.max(backOff(failures), atLeastMs), reason, at };
}

/** What cannot be renewed is asked for anew; `mayStand`: the network may still keep it. */
function replace(state: T8Subscriptions, one: T8Subscription, mayStand: boolean, at: Instant): readonly T8Event[] {
  return conclude(state, (now) => begin(now, one.monitoring, at), (now) => (mayStand ? abandon(now, one, at) : []));
}

/** A report counts once, under whichever request the network understood it: what has ended begins anew, what should not be there goes. */
function notify({ generation, monitoring, subscriptionId, hasReported, hasEnded, now: at }: Notify, state: T8Subscriptions): readonly T8Event[] {
  const one = subscriptionOf(state, monitoring);
  const isOver = hasEnded || (hasReported && isOneShot(monitoring));
  if (one?.generation !== generation || one.status === 'paused' || one.status === 'refused') return isOver ? [] : abandon(state, { ...(subscriptionId !== undefined && { subscriptionId }) }, at);
  if (isOver) {
    const shortLives = at - one.begunAt < SHORT_LIFE_MS ? one.shortLives + 1 : 0;
    return [{ type: 'SubscriptionEnded', monitoring, shortLives, dueAt: at + Math.min(PAUSE_FIRST_MS * 2 ** shortLives, PAUSE_LAST_MS), at }];
  }
  const isNews = one.status === 'creating' || one.status === 'retrying';
  // Whatever became of the answer: the network has it. Its renewal tells until when.
  return isNews && subscriptionId !== undefined ? [{ type: 'SubscriptionKept', monitoring, subscriptionId, dueAt: at + RENEWED_AFTER_MS, at }] : [];
}

function endDeletion({ subscriptionId, outcome, retryAfterMs, now: at }: EndDeletion, { deletions }: T8Subscriptions): readonly T8Event[] {
  const deletion = deletions.find((one) => one.subscriptionId === subscriptionId);
  if (!deletion) return [];
  if (outcome !== 'later' || deletion.attempts >= DELETION_ATTEMPTS) return [{ type: 'DeletionEnded', subscriptionId, at }];
  return [{ type: 'DeletionDelayed', subscriptionId, dueAt: at + Math.max(backOff(deletion.attempts - 1), retryAfterMs), at }];
}

function takeUp(state: T8Subscriptions, at: Instant): readonly T8Event[] {
  return conclude(state, ...state.subscriptions.filter((one) => dueOf(state, one) <= at).map((one): Step => (now) => takeUpOne(now, one, at)));
}

function takeUpOne(state: T8Subscriptions, one: T8Subscription, at: Instant): readonly T8Event[] {
  const { monitoring, status, subscriptionId, expiresAt = Infinity } = one;
  if (status === 'creating' || status === 'renewing') return [retry(one, 'no outcome was kept', at)];
  const canRenew = status === 'kept' && subscriptionId !== undefined && expiresAt > at;
  return canRenew ? [{ type: 'RenewalBegun', monitoring, attempt: nextNumber(state, at), dueAt: at + ANSWER_LIMIT_MS, at }] : begin(state, monitoring, at);
}

function deleteAgain({ deletions }: T8Subscriptions, at: Instant): readonly T8Event[] {
  return deletions.filter(({ dueAt }) => dueAt <= at).map(({ subscriptionId, attempts }) => (attempts >= DELETION_ATTEMPTS
    ? { type: 'DeletionEnded', subscriptionId, at }
    : { type: 'DeletionBegun', subscriptionId, attempts: attempts + 1, dueAt: at + ANSWER_LIMIT_MS, at }));
}

function backOff(failures: number): number {
  return Math.min(RETRY_FIRST_MS * 2 ** failures, RETRY_LAST_MS);
}
