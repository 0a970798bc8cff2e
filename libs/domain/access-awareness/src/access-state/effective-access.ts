import type { AccessState } from '@cpm/vocabulary';
import type { Evidence } from './evidence.js';
import { endOf, hasExpired, isConnection } from './evidence.js';

/** What all evidence together says of one access, since when (epoch ms; absent when nothing was ever said), and until when it speaks. */
export interface Verdict {
  readonly state: AccessState;
  readonly since?: number;
  readonly until?: number;
  readonly source?: string;
}

export interface EffectiveAccess {
  readonly ip: Verdict;
  readonly cs: Verdict;
  /** The newest word of radio about IP, which is no more than a hint. */
  readonly hint?: Verdict;
}

/** The access of one device at an instant, from the evidence about it in any order. */
export function effectiveAccess(evidence: readonly Evidence[], now: number): EffectiveAccess {
  const ofIp = evidence.filter(({ access }) => access === 'IP');
  const hint = lastHint(ofIp, now);
  return { ip: ipAccess(ofIp, now), cs: csAccess(evidence.filter(({ access }) => access === 'CS'), now), ...(hint && { hint }) };
}

/** IP is proven by registrations: a HINT can deny it where nothing proves it, and grant it only where policy trusts it. */
function ipAccess(evidence: readonly Evidence[], now: number): Verdict {
  const proof = evidence.filter(({ confidence, state }) => confidence === 'DELIVERABLE' && state !== 'SUSPECT');
  const connections = proof.filter(isConnection);
  const live = connections.filter((entry) => entry.state === 'AVAILABLE' && !hasExpired(entry, now));
  const others = proof.filter((entry) => !isConnection(entry) && !hasExpired(entry, now)).map(verdictOf);
  const verdict = live.length > 0 ? newest(live.map(verdictOf)) : newest([...lostConnections(connections), ...others]);
  const word = byHint(evidence, now, verdict) ?? verdict;
  return (word?.state === 'AVAILABLE' ? suspicion(evidence, now) : undefined) ?? word ?? { state: 'UNKNOWN' };
}

/**
 * Nobody but the network can prove CS, and it rarely does: the newest word counts, whatever its confidence. What it replaces does not come back
 * when it ends. That short messages are refused is no matter of reachability: it stands until somebody knows better.
 */
function csAccess(evidence: readonly Evidence[], now: number): Verdict {
  const refusal = newest(evidence.filter((entry) => isRefusal(entry) && !hasExpired(entry, now) && !evidence.some((other) => endsRefusal(other, entry))).map(verdictOf));
  if (refusal) return refusal;
  const age = Math.max(...evidence.map(({ observedAt }) => observedAt));
  const last = evidence.filter(({ observedAt }) => observedAt === age);
  const proof = last.filter(({ confidence }) => confidence === 'DELIVERABLE');
  const speaking = (proof.length > 0 ? proof : last).filter((entry) => !hasExpired(entry, now));
  return newest(speaking.map(verdictOf)) ?? { state: 'UNKNOWN' };
}

const MEMORY_FULL = 'memory-full';
const REFUSALS: readonly string[] = ['barred', MEMORY_FULL];
/** Sources that have tried, or were told that they may. */
const TRIED: readonly string[] = ['smpp-receipt', 'smpp-alert'];

function isRefusal({ state, cause = '' }: Evidence): boolean {
  return state === 'UNAVAILABLE' && REFUSALS.includes(cause);
}

function endsRefusal({ state, source, cause, observedAt }: Evidence, refusal: Evidence): boolean {
  if (state !== 'AVAILABLE' || observedAt <= refusal.observedAt) return false;
  return TRIED.includes(source) || (refusal.cause === MEMORY_FULL && cause === 'memory-available');
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

/** What radio adds to what is `known` of registrations: it denies nothing that they say, and a hint that came before them says nothing new. */
function byHint(evidence: readonly Evidence[], now: number, known: Verdict | undefined): Verdict | undefined {
  const last = lastHint(evidence, now);
  if (last?.state === 'UNAVAILABLE') return known ? undefined : last;
  const isTrusted = last?.state === 'AVAILABLE' && hintsOf(evidence, now).some(({ trusted, observedAt }) => trusted && observedAt === last.since);
  return isTrusted && (last.since ?? 0) > (known?.since ?? -Infinity) ? last : undefined;
}

function lastHint(evidence: readonly Evidence[], now: number): Verdict | undefined {
  return newest(hintsOf(evidence, now).map(verdictOf));
}

function hintsOf(evidence: readonly Evidence[], now: number): readonly Evidence[] {
  return evidence.filter((entry) => entry.confidence === 'HINT' && entry.state !== 'SUSPECT' && !hasExpired(entry, now));
}

function verdictOf(entry: Evidence): Verdict {
  const { state, observedAt, source } = entry;
  const until = endOf(entry);
  return { state, since: observedAt, ...(until < Infinity && { until }), source };
}

/** Of two words of the same instant the alphabetically first wins, so that their order of arrival does not matter. */
function newest(verdicts: readonly Verdict[]): Verdict | undefined {
  return verdicts.toSorted((one, other) => (other.since ?? 0) - (one.since ?? 0) || (nameOf(one) < nameOf(other) ? -1 : 1))[0];
}

function nameOf({ state, source = '' }: Verdict): string {
  return `${state} ${source}`;
}
