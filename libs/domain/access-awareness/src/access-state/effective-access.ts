import type { AccessState } from '@cpm/vocabulary';
import type { Evidence } from './evidence.js';
import { hasExpired, isConnection } from './evidence.js';

/** What all evidence together says of one access, and since when (epoch ms; absent when nothing was ever said). */
export interface Verdict {
  readonly state: AccessState;
  readonly since?: number;
  readonly source?: string;
}

export interface EffectiveAccess {
  readonly ip: Verdict;
  readonly cs: Verdict;
}

/** The access of one device at an instant, from the evidence about it in any order. */
export function effectiveAccess(evidence: readonly Evidence[], now: number): EffectiveAccess {
  return {
    ip: ipAccess(evidence.filter(({ access }) => access === 'IP'), now),
    cs: csAccess(evidence.filter((entry) => entry.access === 'CS' && !hasExpired(entry, now))),
  };
}

/** IP is proven by registrations: a HINT can deny it where nothing proves it, and grant it only where policy trusts it. */
function ipAccess(evidence: readonly Evidence[], now: number): Verdict {
  const proof = evidence.filter(({ confidence, state }) => confidence === 'DELIVERABLE' && state !== 'SUSPECT');
  const connections = proof.filter(isConnection);
  const live = connections.filter((entry) => entry.state === 'AVAILABLE' && !hasExpired(entry, now));
  const others = proof.filter((entry) => !isConnection(entry) && !hasExpired(entry, now)).map(verdictOf);
  const verdict = live.length > 0 ? newest(live.map(verdictOf)) : newest([...lostConnections(connections), ...others]);
  const word = verdict?.state === 'AVAILABLE' ? verdict : (byHint(evidence, now, verdict) ?? verdict);
  return (word?.state === 'AVAILABLE' ? suspicion(evidence, now) : undefined) ?? word ?? { state: 'UNKNOWN' };
}

/** Both confidences count for CS: nobody but the network can prove it, and it rarely does. */
function csAccess(evidence: readonly Evidence[]): Verdict {
  const proof = evidence.filter(({ confidence }) => confidence === 'DELIVERABLE');
  return newest((proof.length > 0 ? proof : evidence).map(verdictOf)) ?? { state: 'UNKNOWN' };
}

/** A device whose last connection closed, or ran out of its lease, is not there. */
function lostConnections(connections: readonly Evidence[]): readonly Verdict[] {
  if (connections.length === 0) return [];
  const ends = connections.map(({ state, observedAt, validUntil }) => (state === 'AVAILABLE' ? (validUntil ?? observedAt) : observedAt));
  return [{ state: 'UNAVAILABLE', since: Math.max(...ends) }];
}

/** The suspicion that nothing has proven wrong since. */
function suspicion(evidence: readonly Evidence[], now: number): Verdict | undefined {
  const suspected = newest(evidence.filter((entry) => entry.state === 'SUSPECT' && !hasExpired(entry, now)).map(verdictOf));
  if (suspected?.since === undefined) return undefined;
  const { since } = suspected;
  const isDisproven = evidence.some(
    ({ confidence, trusted, state, observedAt }) => (confidence === 'DELIVERABLE' || trusted) && state === 'AVAILABLE' && observedAt > since,
  );
  return isDisproven ? undefined : suspected;
}

/** What radio says where no registration lives. `known`: what is known of registrations; a hint that came before it says nothing new. */
function byHint(evidence: readonly Evidence[], now: number, known: Verdict | undefined): Verdict | undefined {
  const hints = evidence.filter((entry) => entry.confidence === 'HINT' && entry.state !== 'SUSPECT' && !hasExpired(entry, now));
  const last = newest(hints.map(verdictOf));
  if (last?.state === 'UNAVAILABLE') return known ? undefined : last;
  const isTrusted = last?.state === 'AVAILABLE' && hints.some(({ trusted, observedAt }) => trusted && observedAt === last.since);
  return isTrusted && (last.since ?? 0) > (known?.since ?? -Infinity) ? last : undefined;
}

function verdictOf({ state, observedAt, source }: Evidence): Verdict {
  return { state, since: observedAt, source };
}

/** Of two words of the same instant the alphabetically first wins, so that their order of arrival does not matter. */
function newest(verdicts: readonly Verdict[]): Verdict | undefined {
  return verdicts.toSorted((one, other) => (other.since ?? 0) - (one.since ?? 0) || (nameOf(one) < nameOf(other) ? -1 : 1))[0];
}

function nameOf({ state, source = '' }: Verdict): string {
  return `${state} ${source}`;
}
