import type { Instant, NetworkMonitoring } from '@cpm/vocabulary';

/**
 * One kind of report that the network is asked for.
 * - creating: its creation is under way; - retrying: it did not succeed, or its outcome is not known;
 * - kept: the network has it; - renewing: its renewal is under way;
 * - paused: it has ended, the next one waits; - refused: the network will not have it.
 */
export interface T8Subscription {
  readonly monitoring: NetworkMonitoring;
  /** Of all that the user ever had unique: the number of the request that creates it. */
  readonly generation: number;
  /** The number of its last request. */
  readonly attempt: number;
  readonly status: 'creating' | 'retrying' | 'kept' | 'renewing' | 'paused' | 'refused';
  /** Its last segment of the URI at the network; absent until known. */
  readonly subscriptionId?: string;
  /** Absent until known, and once it has ended. */
  readonly expiresAt?: Instant;
  readonly begunAt: Instant;
  /** Requests in a row that did not succeed. */
  readonly failures: number;
  /** How many in a row ended soon after they began. */
  readonly shortLives: number;
  /** When something is to be done about it. */
  readonly dueAt?: Instant;
  /** Why its last request did not succeed; absent since one did. */
  readonly reason?: string;
}

/** A subscription that the network is to forget. */
export interface Deletion {
  readonly subscriptionId: string;
  readonly attempts: number;
  readonly dueAt: Instant;
}

/** What the network is asked about one user. */
export interface T8Subscriptions {
  /** Of the newest word about the subscriber. */
  readonly version: number;
  readonly isKnown: boolean;
  /** No one-shot subscription that is over is armed anew, nor one tried again, as long as there is nothing to be told. */
  readonly isReachableForSms?: boolean;
  /** The number of the last request. */
  readonly lastNumber: number;
  readonly subscriptions: readonly T8Subscription[];
  readonly deletions: readonly Deletion[];
  readonly touchedAt: Instant;
}

export const NO_SUBSCRIPTIONS: T8Subscriptions = { version: 0, isKnown: false, lastNumber: 0, subscriptions: [], deletions: [], touchedAt: 0 };

interface Numbered {
  readonly monitoring: NetworkMonitoring;
  readonly generation: number;
  readonly now: Instant;
}

export type Watch = { readonly type: 'Watch'; readonly version: number; readonly isKnown: boolean; readonly isReachableForSms?: boolean; readonly wanted: readonly NetworkMonitoring[]; readonly now: Instant };
export type Confirm = Numbered & { readonly type: 'Confirm'; readonly attempt: number; readonly subscriptionId?: string; readonly expiresAt: Instant };
export type Refuse = Numbered & {
  readonly type: 'Refuse';
  readonly attempt: number;
  readonly outcome: 'later' | 'never' | 'gone';
  readonly retryAfterMs: number;
  readonly reason: string;
};
export type Notify = Numbered & { readonly type: 'Notify'; readonly subscriptionId?: string; readonly hasReported: boolean; readonly hasEnded: boolean };
export type EndDeletion = {
  readonly type: 'EndDeletion';
  readonly subscriptionId: string;
  readonly outcome: 'deleted' | 'later' | 'never';
  readonly retryAfterMs: number;
  readonly now: Instant;
};
export type Elapse = { readonly type: 'Elapse'; readonly wanted: readonly NetworkMonitoring[]; readonly now: Instant };
export type T8Command = Watch | Confirm | Refuse | Notify | EndDeletion | Elapse;

type Of = { readonly monitoring: NetworkMonitoring; readonly at: Instant };

export type T8Event =
  | { readonly type: 'PrimaryWatched'; readonly version: number; readonly isKnown: boolean; readonly isReachableForSms: boolean; readonly at: Instant }
  | (Of & { readonly type: 'CreationBegun'; readonly generation: number; readonly dueAt: Instant; readonly failures: number; readonly shortLives: number; readonly reason?: string })
  | (Of & { readonly type: 'RenewalBegun'; readonly attempt: number; readonly dueAt: Instant })
  /** `expiresAt` is absent where only a report told that it is kept. */
  | (Of & { readonly type: 'SubscriptionKept'; readonly subscriptionId?: string; readonly expiresAt?: Instant; readonly dueAt: Instant })
  | (Of & { readonly type: 'RetryPlanned'; readonly dueAt: Instant; readonly reason: string })
  | (Of & { readonly type: 'SubscriptionRefused'; readonly dueAt: Instant; readonly reason: string })
  | (Of & { readonly type: 'SubscriptionEnded'; readonly shortLives: number; readonly dueAt: Instant })
  | (Of & { readonly type: 'SubscriptionDropped' })
  | { readonly type: 'DeletionBegun'; readonly subscriptionId: string; readonly attempts: number; readonly dueAt: Instant; readonly at: Instant }
  | { readonly type: 'DeletionDelayed'; readonly subscriptionId: string; readonly dueAt: Instant; readonly at: Instant }
  | { readonly type: 'DeletionEnded'; readonly subscriptionId: string; readonly at: Instant };

export function subscriptionOf({ subscriptions }: T8Subscriptions, monitoring: NetworkMonitoring): T8Subscription | undefined {
  return subscriptions.find((one) => one.monitoring === monitoring);
}

/** Whether the report that it was asked for ends a subscription: one is asked for at a time (TS 29.122, maximumNumberOfReports). */
export function isOneShot(monitoring: NetworkMonitoring): boolean {
  return monitoring === 'UE_REACHABILITY_FOR_SMS';
}

/** Whether a creation of this kind would have the network report at once what is known. */
export function isNeedless({ isReachableForSms = false }: T8Subscriptions, monitoring: NetworkMonitoring): boolean {
  return isReachableForSms && isOneShot(monitoring);
}

/** When something is to be done about it; Infinity: not as things are. */
export function dueOf(state: T8Subscriptions, { monitoring, status, dueAt = Infinity }: T8Subscription): Instant {
  const isUnderWay = status === 'creating' || status === 'kept' || status === 'renewing';
  return isUnderWay || !isNeedless(state, monitoring) ? dueAt : Infinity;
}

export function evolveT8(state: T8Subscriptions, event: T8Event): T8Subscriptions {
  const next = { ...state, touchedAt: event.at };
  switch (event.type) {
    case 'PrimaryWatched': return { ...next, version: event.version, isKnown: event.isKnown, isReachableForSms: event.isReachableForSms };
    case 'DeletionBegun': {
      const { subscriptionId, attempts, dueAt } = event;
      return { ...next, deletions: [...others(state.deletions, subscriptionId), { subscriptionId, attempts, dueAt }] };
    }
    case 'DeletionDelayed':
      return { ...next, deletions: state.deletions.map((one) => (one.subscriptionId === event.subscriptionId ? { ...one, dueAt: event.dueAt } : one)) };
    case 'DeletionEnded': return { ...next, deletions: others(state.deletions, event.subscriptionId) };
    case 'SubscriptionDropped': return { ...next, subscriptions: state.subscriptions.filter(({ monitoring }) => monitoring !== event.monitoring) };
    case 'CreationBegun': {
      const { monitoring, generation, dueAt, failures, shortLives, reason, at } = event;
      const begun: T8Subscription = { monitoring, generation, attempt: generation, status: 'creating', begunAt: at, failures, shortLives, dueAt, ...(reason !== undefined && { reason }) };
      return { ...next, lastNumber: generation, subscriptions: [...state.subscriptions.filter((one) => one.monitoring !== monitoring), begun] };
    }
    case 'RenewalBegun': return { ...withChange(next, event), lastNumber: event.attempt };
    default: return withChange(next, event);
  }
}

type Change = Extract<T8Event, { type: 'RenewalBegun' | 'SubscriptionKept' | 'RetryPlanned' | 'SubscriptionRefused' | 'SubscriptionEnded' }>;

function withChange(state: T8Subscriptions, event: Change): T8Subscriptions {
  return { ...state, subscriptions: state.subscriptions.map((one) => (one.monitoring === event.monitoring ? changed(one, event) : one)) };
}

function changed(one: T8Subscription, event: Change): T8Subscription {
  const { subscriptionId, expiresAt, dueAt: _, reason: _reason, ...rest } = one;
  switch (event.type) {
    case 'RenewalBegun': return { ...one, status: 'renewing', attempt: event.attempt, dueAt: event.dueAt };
    case 'SubscriptionKept': {
      const known = event.subscriptionId ?? subscriptionId;
      return { ...rest, status: 'kept', failures: 0, dueAt: event.dueAt, ...(known !== undefined && { subscriptionId: known }), ...(event.expiresAt !== undefined && { expiresAt: event.expiresAt }) };
    }
    case 'RetryPlanned': return { ...one, status: one.status === 'renewing' ? 'kept' : 'retrying', failures: one.failures + 1, dueAt: event.dueAt, reason: event.reason };
    case 'SubscriptionRefused': return { ...rest, status: 'refused', failures: one.failures + 1, dueAt: event.dueAt, reason: event.reason };
    case 'SubscriptionEnded': return { ...rest, status: 'paused', failures: 0, shortLives: event.shortLives, dueAt: event.dueAt };
  }
}

function others(deletions: readonly Deletion[], subscriptionId: string): readonly Deletion[] {
  return deletions.filter((one) => one.subscriptionId !== subscriptionId);
}
