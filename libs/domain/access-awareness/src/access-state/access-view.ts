import type { AccessKind, AccessState, Confidence, DeviceId, DeviceRole } from '@cpm/vocabulary';
import { timestamp } from '@cpm/vocabulary';
import type { Access, KnownDevice } from './access.js';
import { effectiveAccess } from './effective-access.js';
import type { Evidence } from './evidence.js';
import { hasExpired } from './evidence.js';
import { evidenceAbout } from './judgement.js';

export interface EvidenceView {
  readonly access: AccessKind;
  readonly source: string;
  readonly state: AccessState;
  readonly confidence: Confidence;
  readonly observedAt: string;
  readonly confirmedAt?: string;
  readonly validUntil?: string;
  /** When it is believed no more if its source says nothing until then. */
  readonly staleAt?: string;
  /** A hint that counts as a registration. */
  readonly trusted?: true;
  readonly expired: boolean;
  readonly cause?: string;
}

export interface DeviceAccessView {
  readonly id: DeviceId;
  readonly role: DeviceRole;
  readonly ip: AccessState;
  readonly cs: AccessState;
  readonly holdUntil?: string;
  readonly evidence: readonly EvidenceView[];
}

export interface AccessChangeView {
  readonly at: string;
  readonly device: DeviceId;
  readonly ip: AccessState;
  readonly cs: AccessState;
  readonly holdUntil?: string;
  readonly reason: string;
  readonly source?: string;
  readonly cause?: string;
}

/** What an operator sees of a user's access; instants as RFC 3339, the newest change and evidence first. */
export interface AccessView {
  readonly devices: readonly DeviceAccessView[];
  readonly recent: readonly AccessChangeView[];
}

/** The access at `now` (epoch ms): evidence that has run out since the last event counts no more. */
export function accessView(state: Access, now: number): AccessView {
  return {
    devices: state.devices.map((device) => deviceAccessView(state, device, now)),
    recent: state.recent.toReversed().map(({ at, holdUntil, ...change }) => ({ at: timestamp(at), ...change, ...holdView(holdUntil) })),
  };
}

function deviceAccessView(state: Access, device: KnownDevice, now: number): DeviceAccessView {
  const evidence = evidenceAbout(state, device);
  const { ip, cs } = effectiveAccess(evidence, now);
  const holdUntil = device.holdUntil !== undefined && device.holdUntil > now ? device.holdUntil : undefined;
  return {
    id: device.id,
    role: device.role,
    ip: ip.state,
    cs: cs.state,
    ...holdView(holdUntil),
    evidence: evidence.toSorted((one, other) => other.observedAt - one.observedAt).map((entry) => evidenceView(entry, now)),
  };
}

function evidenceView(entry: Evidence, now: number): EvidenceView {
  const { access, source, state, confidence, observedAt, confirmedAt, validUntil, staleAt, trusted, cause } = entry;
  return {
    access, source, state, confidence,
    observedAt: timestamp(observedAt),
    ...(confirmedAt !== undefined && { confirmedAt: timestamp(confirmedAt) }),
    ...(validUntil !== undefined && { validUntil: timestamp(validUntil) }),
    ...(staleAt !== undefined && { staleAt: timestamp(staleAt) }),
    ...(trusted && { trusted }),
    expired: hasExpired(entry, now),
    ...(cause !== undefined && { cause }),
  };
}

function holdView(holdUntil: number | undefined): { holdUntil?: string } {
  return holdUntil === undefined ? {} : { holdUntil: timestamp(holdUntil) };
}
