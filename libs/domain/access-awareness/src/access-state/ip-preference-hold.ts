import type { AccessState, Policy } from '@cpm/vocabulary';
import type { EffectiveAccess } from './effective-access.js';

/** While `hold` runs IP is awaited, although the Primary could be reached over CS. Epoch ms. */
export interface IpPreference {
  readonly hold?: { readonly until: number; readonly reason: 'cs-available' | 'ip-hinted' | 'ip-lost' };
  /** Until then neither CS nor radio coming up starts a hold: one has just run out in vain, and they are flapping. */
  readonly quietUntil?: number;
  /** The losses of IP of which each came soon after the one before. */
  readonly losses?: { readonly first: number; readonly last: number };
}

interface Step {
  readonly before: { readonly ip: AccessState; readonly cs: AccessState };
  readonly after: EffectiveAccess;
  readonly now: number;
  readonly policy: Policy;
}

/** The gateway's own: it tells that CS was there, and not that it came up. */
const RECEIPT = 'smpp-receipt';
/** What an SMS takes that is to get there while CS does. */
const SMS_TAKES_MS = 5_000;

/**
 * CPM-MLD-035: IP is preferred, so CS or radio coming up, or IP going, waits once for IP; IP coming up ends the wait, and so does the last moment
 * to be served over CS. What flaps does not wait again and again: a Primary whose IP never stays is served over CS.
 */
export function nextPreference(current: IpPreference, step: Step): IpPreference {
  const losses = recentLosses(current, step);
  if (step.after.ip.state === 'AVAILABLE') return { ...(losses && { losses }) };
  const { hold, quietUntil } = afterTime(shortened(current, step), step);
  const kept: IpPreference = { ...(hold && { hold }), ...(quietUntil !== undefined && { quietUntil }), ...(losses && { losses }) };
  return hold ? kept : (lostIp(step, losses) ?? gainedCs(step, kept) ?? gainedRadio(step, kept) ?? kept);
}

/** Whether a hold has run out without IP. */
export function hasRunOut({ hold }: IpPreference, now: number): boolean {
  return hold !== undefined && hold.until <= now;
}

/** The last moment to be served over CS, where that is there for a while only. */
function lastMoment({ after: { cs } }: Step): number {
  return cs.state === 'AVAILABLE' && cs.until !== undefined ? cs.until - SMS_TAKES_MS : Infinity;
}

function shortened(current: IpPreference, step: Step): IpPreference {
  const { hold } = current;
  return hold && hold.until > step.now ? { ...current, hold: { ...hold, until: Math.min(hold.until, Math.max(lastMoment(step), step.now)) } } : current;
}

function afterTime(current: IpPreference, { now, policy }: Step): IpPreference {
  const { hold, quietUntil } = current;
  if (!hold || !hasRunOut(current, now)) return current;
  if (hold.reason !== 'ip-lost') return { quietUntil: hold.until + flappingMs(policy) };
  return quietUntil === undefined ? {} : { quietUntil };
}

function recentLosses({ losses }: IpPreference, { now, policy }: Step): IpPreference['losses'] {
  return losses && now - losses.last <= flappingMs(policy) ? losses : undefined;
}

/** A short loss must not cause an SMS. A suspicion alone is no loss: the push that caused it has waited already. */
function lostIp(step: Step, recent: IpPreference['losses']): IpPreference | undefined {
  const { before, after, now, policy } = step;
  const wasThere = before.ip === 'AVAILABLE' || before.ip === 'SUSPECT';
  const isThere = after.ip.state === 'AVAILABLE' || after.ip.state === 'SUSPECT';
  if (!wasThere || isThere || after.cs.state === 'UNAVAILABLE') return undefined;
  const losses = { first: recent?.first ?? now, last: now };
  const until = Math.min(Math.min(now, losses.first + flappingMs(policy)) + preferenceMs(policy), lastMoment(step));
  return { losses, ...(until > now && { hold: { until, reason: 'ip-lost' } }) };
}

function gainedCs(step: Step, kept: IpPreference): IpPreference | undefined {
  const { before, after } = step;
  const { state, since = step.now, source } = after.cs;
  const isGained = state === 'AVAILABLE' && before.cs !== 'AVAILABLE' && (before.cs === 'UNAVAILABLE' || source !== RECEIPT);
  return isGained ? waitSince(since, 'cs-available', { step, kept }) : undefined;
}

/** A phone that the packet core has back is about to register. The same word starts no other wait: it would end when the first did. */
function gainedRadio(step: Step, kept: IpPreference): IpPreference | undefined {
  const { ip, cs, hint } = step.after;
  const isGained = hint?.state === 'AVAILABLE' && ip.state !== 'SUSPECT' && cs.state !== 'UNAVAILABLE';
  return isGained ? waitSince(hint.since ?? step.now, 'ip-hinted', { step, kept }) : undefined;
}

function waitSince(since: number, reason: 'cs-available' | 'ip-hinted', { step, kept }: { step: Step; kept: IpPreference }): IpPreference | undefined {
  const { now, policy } = step;
  const until = Math.min(Math.min(since, now) + preferenceMs(policy), lastMoment(step));
  if (now < (kept.quietUntil ?? 0) || until <= now) return undefined;
  return { hold: { until, reason }, ...(kept.losses && { losses: kept.losses }) };
}

function preferenceMs(policy: Policy): number {
  return policy['ip.preferenceSec'] * 1000;
}

function flappingMs(policy: Policy): number {
  return policy['access.flappingSec'] * 1000;
}
