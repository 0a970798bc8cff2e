import type { AccessState, Policy } from '@cpm/vocabulary';
import type { EffectiveAccess } from './effective-access.js';

/** While `hold` runs IP is awaited, although the Primary could be reached over CS. Epoch ms. */
export interface IpPreference {
  readonly hold?: { readonly until: number; readonly reason: 'cs-available' | 'ip-lost' };
  /** Until then CS coming up starts no hold: one has just run out in vain, and CS is flapping. */
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

/**
 * CPM-MLD-035: IP is preferred, so CS coming up, or IP going, waits once for IP; IP coming up ends the wait. What flaps does not
 * wait again and again: a Primary whose IP never stays is served over CS.
 */
export function nextPreference(current: IpPreference, step: Step): IpPreference {
  const losses = recentLosses(current, step);
  if (step.after.ip.state === 'AVAILABLE') return { ...(losses && { losses }) };
  const { hold, quietUntil } = afterTime(current, step);
  const kept: IpPreference = { ...(hold && { hold }), ...(quietUntil !== undefined && { quietUntil }), ...(losses && { losses }) };
  return hold ? kept : (lostIp(step, losses) ?? gainedCs(step, kept) ?? kept);
}

/** Whether a hold has run out without IP. */
export function hasRunOut({ hold }: IpPreference, now: number): boolean {
  return hold !== undefined && hold.until <= now;
}

function afterTime(current: IpPreference, { now, policy }: Step): IpPreference {
  const { hold, quietUntil } = current;
  if (!hold || !hasRunOut(current, now)) return current;
  if (hold.reason === 'cs-available') return { quietUntil: hold.until + flappingMs(policy) };
  return quietUntil === undefined ? {} : { quietUntil };
}

function recentLosses({ losses }: IpPreference, { now, policy }: Step): IpPreference['losses'] {
  return losses && now - losses.last <= flappingMs(policy) ? losses : undefined;
}

/** A short loss must not cause an SMS. A suspicion alone is no loss: the push that caused it has waited already. */
function lostIp({ before, after, now, policy }: Step, recent: IpPreference['losses']): IpPreference | undefined {
  const wasThere = before.ip === 'AVAILABLE' || before.ip === 'SUSPECT';
  const isThere = after.ip.state === 'AVAILABLE' || after.ip.state === 'SUSPECT';
  if (!wasThere || isThere || after.cs.state === 'UNAVAILABLE') return undefined;
  const losses = { first: recent?.first ?? now, last: now };
  const until = Math.min(now, losses.first + flappingMs(policy)) + preferenceMs(policy);
  return { losses, ...(until > now && { hold: { until, reason: 'ip-lost' } }) };
}

function gainedCs({ before, after, now, policy }: Step, kept: IpPreference): IpPreference | undefined {
  const { state, since = now, source } = after.cs;
  const isGained = state === 'AVAILABLE' && before.cs !== 'AVAILABLE' && (before.cs === 'UNAVAILABLE' || source !== RECEIPT);
  const until = Math.min(since, now) + preferenceMs(policy);
  if (!isGained || now < (kept.quietUntil ?? 0) || until <= now) return undefined;
  return { hold: { until, reason: 'cs-available' }, ...(kept.losses && { losses: kept.losses }) };
}

function preferenceMs(policy: Policy): number {
  return policy['ip.preferenceSec'] * 1000;
}

function flappingMs(policy: Policy): number {
  return policy['access.flappingSec'] * 1000;
}
