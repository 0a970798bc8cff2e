import type { AccessObserved, AccessRestated } from '@cpm/contracts-access-awareness';
import type { AccessState, Confidence, CpmAddress } from '@cpm/vocabulary';

/** What one report says of one access, still without whose it is, who says so and when. */
export type Meaning = Pick<AccessObserved, 'access' | 'state' | 'confidence'> & Partial<Pick<AccessObserved, 'validUntil' | 'cause'>>;

/** Why a report became no evidence. */
export type Unread =
  | 'not-about-access' | 'no-subscriber' | 'nothing-said' | 'no-relevant-pdn-connection' | 'idle-is-not-unavailable' | 'unknown-reachability-type' | 'no-device' | 'sim-moved';

/** A report without meaning: its kind as the network names it, and why. */
export interface IgnoredReport {
  readonly kind: string;
  readonly reason: Unread;
}

/** What a network's body comes to. */
export interface NetworkEvidence {
  readonly observed: readonly AccessObserved[];
  readonly restated: readonly AccessRestated[];
  readonly ignored: readonly IgnoredReport[];
}

/** `restated`: the source stands by what it said. */
export type Reading = readonly Meaning[] | 'restated' | Unread;

/** One report of a network about the subscription of a user, undefined where nobody is named; `at` in epoch ms. */
export interface Report {
  readonly kind: string;
  readonly user: CpmAddress | undefined;
  readonly at: number;
  readonly source: string;
}

/** Networks address the subscription: their words are about the Primary, and name no device. */
export function evidenceOf({ kind, user, at, source }: Report, reading: Reading): NetworkEvidence {
  if (typeof reading === 'string' && reading !== 'restated') return { ...NOTHING, ignored: [{ kind, reason: reading }] };
  if (user === undefined) return { ...NOTHING, ignored: [{ kind, reason: 'no-subscriber' }] };
  if (reading === 'restated') return { ...NOTHING, restated: [{ user, source, at }] };
  return { ...NOTHING, observed: reading.map((meaning) => ({ ...meaning, user, source, observedAt: at })) };
}

const NOTHING: NetworkEvidence = { observed: [], restated: [], ignored: [] };

export function allEvidence(parts: readonly NetworkEvidence[]): NetworkEvidence {
  return {
    observed: parts.flatMap(({ observed }) => observed),
    restated: parts.flatMap(({ restated }) => restated),
    ignored: parts.flatMap(({ ignored }) => ignored),
  };
}

type More = Partial<Pick<Meaning, 'validUntil' | 'cause'>>;

/** Radio reports are hints for IP: only a connection of the device proves it. */
export function ip(state: AccessState, more: More = {}): Meaning {
  return { access: 'IP', state, confidence: 'HINT', ...more };
}

export function cs(state: AccessState, confidence: Confidence, more: More = {}): Meaning {
  return { access: 'CS', state, confidence, ...more };
}

/** The end that the network gave its word, if it did. */
export function until(instant: number | undefined): More {
  return instant === undefined ? {} : { validUntil: instant };
}

/** What each kind of report means, by the name that the network gives it: any name, so not what the table inherits. */
export function meaningOf<Meant>(meanings: Readonly<Record<string, Meant>>, kind: string): Meant | undefined {
  return Object.hasOwn(meanings, kind) ? meanings[kind] : undefined;
}
