import type { AccessKind, DeviceId } from '@cpm/vocabulary';
import type { Access, AccessChange, AccessEvent, KnownDevice, Occasion } from './access.js';
import type { EffectiveAccess } from './effective-access.js';
import { effectiveAccess } from './effective-access.js';
import type { Evidence } from './evidence.js';
import { SIM, endOf } from './evidence.js';
import type { IpPreference } from './ip-preference-hold.js';
import { hasRunOut, nextPreference } from './ip-preference-hold.js';

/** What it is called where no evidence made the change; of time the evidence tells that ended. */
const REASON = { time: 'evidence-expired', devices: 'devices-changed', restatement: 'evidence-restated' } as const;

/** What made the evidence be judged again. */
export interface Cause extends Occasion {
  readonly by: Evidence | keyof typeof REASON;
}

/** What is different now that the evidence is judged again; nothing for devices the user does not have. */
export function judge(state: Access, cause: Cause): readonly AccessEvent[] {
  const preference = preferenceNow(state, cause);
  const changes = state.devices.flatMap((device) => changeOf(device, state, { cause, preference }));
  if (isSamePreference(preference, state.preference)) return changes;
  return [{ type: 'IpPreferenceChanged', preference }, ...changes];
}

/** The evidence about a device: its own, and the SIM's for the device that holds it. */
export function evidenceAbout(state: Access, { id, role }: Pick<KnownDevice, 'id' | 'role'>): readonly Evidence[] {
  return state.book.entries.filter(({ subject }) => subject === id || (subject === SIM && role === 'primary'));
}

function preferenceNow(state: Access, { now, policy }: Cause): IpPreference {
  const primary = state.devices.find(({ role }) => role === 'primary');
  if (!primary) return {};
  return nextPreference(state.preference, { before: primary, after: effectiveAccess(evidenceAbout(state, primary), now), now, policy });
}

interface Judged {
  readonly cause: Cause;
  readonly preference: IpPreference;
}

function changeOf(device: KnownDevice, state: Access, judged: Judged): readonly AccessEvent[] {
  const { cause, preference } = judged;
  const after = effectiveAccess(evidenceAbout(state, device), cause.now);
  const holdUntil = device.role === 'primary' ? preference.hold?.until : undefined;
  if (after.ip.state === device.ip && after.cs.state === device.cs && holdUntil === device.holdUntil) return [];
  return [{
    type: 'DeviceAccessChanged',
    at: cause.now,
    device: device.id,
    ip: after.ip.state,
    cs: after.cs.state,
    ...(holdUntil !== undefined && { holdUntil }),
    ...whyChanged(device, after, { state, judged }),
  }];
}

function whyChanged(
  device: KnownDevice, after: EffectiveAccess, { state, judged: { cause, preference } }: { state: Access; judged: Judged },
): Pick<AccessChange, 'reason' | 'source' | 'cause'> {
  const because = evidenceOf(cause, device);
  const origin = originOf(because);
  const { hold } = preference;
  if (device.role === 'primary' && hold && hold.until > (state.preference.hold?.until ?? 0)) {
    return { reason: hold.reason === 'ip-lost' ? 'ip-lost' : 'ip-preference-hold-started', ...origin };
  }
  const isHoldOver = device.holdUntil !== undefined && hasRunOut(state.preference, cause.now) && after.ip.state !== 'AVAILABLE';
  if (isHoldOver) return { reason: 'ip-preference-hold-ended', ...origin };
  const kind = after.ip.state === device.ip ? 'CS' : 'IP';
  if (cause.by === 'devices' || cause.by === 'restatement') return { reason: REASON[cause.by] };
  if (!because) return whatEnded(evidenceAbout(state, device), kind, cause);
  return { reason: `${kind}-${(kind === 'IP' ? after.ip : after.cs).state}`.toLowerCase(), ...origin };
}

function originOf(evidence: Evidence | undefined): Pick<AccessChange, 'source' | 'cause'> {
  return evidence ? { source: evidence.source, ...(evidence.cause !== undefined && { cause: evidence.cause }) } : {};
}

/** Time alone changes an access by ending somebody's word: the last one that ended. */
function whatEnded(evidence: readonly Evidence[], kind: AccessKind, { now }: Cause): Pick<AccessChange, 'reason' | 'source' | 'cause'> {
  const [last] = evidence.filter((entry) => entry.access === kind && endOf(entry) <= now).toSorted((one, other) => endOf(other) - endOf(one));
  const isSilent = last !== undefined && endOf(last) === last.staleAt;
  return { reason: isSilent ? 'source-silent' : REASON.time, ...originOf(last) };
}

/** The evidence that made this device change; another device changes on the occasion only because its own evidence expired. */
function evidenceOf({ by }: Cause, { id, role }: { id: DeviceId; role: KnownDevice['role'] }): Evidence | undefined {
  if (typeof by === 'string') return undefined;
  return by.subject === id || (by.subject === SIM && role === 'primary') ? by : undefined;
}

function isSamePreference(one: IpPreference, other: IpPreference): boolean {
  return one.hold?.until === other.hold?.until && one.hold?.reason === other.hold?.reason && one.quietUntil === other.quietUntil
    && one.losses?.first === other.losses?.first && one.losses?.last === other.losses?.last;
}
