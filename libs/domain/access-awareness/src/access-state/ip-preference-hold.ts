import type { AccessState } from '@cpm/vocabulary';
import type { EffectiveAccess } from './effective-access.js';

/** While it runs IP is awaited, although the Primary could be reached over CS. Epoch ms. */
export interface IpPreference {
  readonly hold?: { readonly until: number; readonly reason: 'cs-available' | 'ip-lost' };
  /** Until then CS coming up starts no hold: one has just run out in vain, and CS is flapping. */
  readonly quietUntil?: number;
}

export const FLAPPING_MS = 60_000;

interface Step {
  readonly before: { readonly ip: AccessState; readonly cs: AccessState };
  readonly after: EffectiveAccess;
  readonly now: number;
  readonly preferenceMs: number;
}

/** CPM-MLD-035: IP is preferred, so CS coming up, or IP going, waits once for IP; IP coming up ends the wait. */
export function nextPreference(current: IpPreference, step: Step): IpPreference {
  if (step.after.ip.state === 'AVAILABLE') return {};
  const { hold, quietUntil } = afterTime(current, step.now);
  const kept: IpPreference = { ...(hold && { hold }), ...(quietUntil !== undefined && { quietUntil }) };
  return hold ? kept : (lostIp(step) ?? gainedCs(step, kept) ?? kept);
}

/** Whether a hold has run out without IP. */
export function hasRunOut({ hold }: IpPreference, now: number): boolean {
  return hold !== undefined && hold.until <= now;
}

function afterTime(current: IpPreference, now: number): IpPreference {
  const { hold, quietUntil } = current;
  if (!hold || !hasRunOut(current, now)) return current;
  if (hold.reason === 'cs-available') return { quietUntil: hold.until + FLAPPING_MS };
  return quietUntil === undefined ? {} : { quietUntil };
}

/** A short loss must not cause an SMS. A suspicion alone is no loss: the push that caused it has waited already. */
function lostIp({ before, after, now, preferenceMs }: Step): IpPreference | undefined {
  const wasThere = before.ip === 'AVAILABLE' || before.ip === 'SUSPECT';
  const isThere = after.ip.state === 'AVAILABLE' || after.ip.state === 'SUSPECT';
  if (!wasThere || isThere || after.cs.state === 'UNAVAILABLE') return undefined;
  return started('ip-lost', now, { now, preferenceMs });
}

function gainedCs({ before, after, now, preferenceMs }: Step, { quietUntil = 0 }: IpPreference): IpPreference | undefined {
  const isGained = after.cs.state === 'AVAILABLE' && before.cs !== 'AVAILABLE';
  if (!isGained || now < quietUntil) return undefined;
  return started('cs-available', Math.min(after.cs.since ?? now, now), { now, preferenceMs });
}

function started(reason: 'cs-available' | 'ip-lost', from: number, { now, preferenceMs }: Pick<Step, 'now' | 'preferenceMs'>): IpPreference | undefined {
  const until = from + preferenceMs;
  return until > now ? { hold: { until, reason } } : undefined;
}
