import type { DeviceId, DeviceRole, Instant } from '@cpm/vocabulary';

/** How content goes to one device, or why it does not go now. */
export type LegForm = 'FULL' | 'NOTIFY' | 'SMS' | 'UCN' | 'DEFER' | 'HOLD' | 'SKIP';

/** Why a leg is where it is: a closed list, shown in journeys. */
export type LegReason =
  | 'planned'
  // of a session
  | 'in-session' | 'invitation-pending' | 'not-in-session' | 'active-elsewhere' | 'session-declined'
  // of a file
  | 'auto-accepted' | 'accepted' | 'accepted-elsewhere' | 'rejected-elsewhere' | 'rejected' | 'interrupted' | 'completed' | 'device-failed' | 'cancelled-by-sender'
  // pushed over IP
  | 'ip-available' | 'too-large' | 'content-type' | 'preference'
  // never for this device
  | 'capability' | 'policy-target' | 'device-removed' | 'subscriber-removed'
  // waiting
  | 'no-ip' | 'no-access' | 'ip-lost' | 'ip-preference' | 'trying-cpm' | 'quiet-hours' | 'immediate-delivery-off' | 'ucn-disabled' | 'primary-changed'
  // over CS
  | 'text-fits-sms' | 'not-text' | 'text-too-long' | 'text-not-sendable' | 'sms-interworking-off'
  // what became of it
  | 'sms-submitted' | 'sms-delivered' | 'sms-failed' | 'sms-unknown' | 'sms-expired' | 'sms-cancelled'
  | 'ucn-submitted' | 'ucn-delivered' | 'ucn-failed' | 'ucn-unknown' | 'ucn-expired' | 'ucn-cancelled'
  | 'push-timeout' | 'acknowledged' | 'displayed' | 'expired' | 'revoked';

export const LEG_STATES = [
  'PLANNED', 'PUSHED', 'HELD', 'DEFERRED',
  'SMS_REQUESTED', 'SMS_CANCELLING', 'SMS_SUBMITTED',
  'UCN_REQUESTED', 'UCN_SUBMITTED', 'UCN_DELIVERED', 'CONTENT_PUSHED',
  'ACCEPTED', 'INTERRUPTED', 'WITHDRAWN',
  'DELIVERED', 'DISPLAYED', 'EXPIRED', 'REVOKED', 'SKIPPED',
] as const;
export type LegState = (typeof LEG_STATES)[number];

/** How far the UCN of a leg got whose original is being pushed: where the leg falls back to when IP goes. */
export type UcnState = 'UCN_REQUESTED' | 'UCN_SUBMITTED' | 'UCN_DELIVERED';

/** One message on its way to one device. Every field is always there, so that a leg has one shape. */
export interface Leg {
  readonly device: DeviceId;
  readonly role: DeviceRole;
  readonly state: LegState;
  readonly form: LegForm;
  readonly reason: LegReason;
  readonly since: Instant;
  /** When the leg stops waiting for what it waits for, epoch ms. */
  readonly dueAt: Instant | null;
  /** Number of the last try by SMS or UCN, from 1. */
  readonly attempt: number;
  /** SMS or UCN of unknown outcome so far. */
  readonly uncertain: number;
  /** A frame was pushed to this device at some time. */
  readonly pushed: boolean;
  /** IP was awaited long enough: the next step needs no further wait for it. */
  readonly tried: boolean;
  /** The access revision at which a push stayed unanswered: until it changes, IP counts as SUSPECT. */
  readonly doubted: number | null;
  /** The access revision at which SMS or UCN failed: until it changes, there is no further try. */
  readonly refused: { readonly revision: number; readonly reason: LegReason } | null;
  readonly ucn: UcnState | null;
  /** The request by which the device is fetching the file now. */
  readonly fetching: string | null;
  /** A UCN of an offer left, or may have, before the file was taken: when it is offered again there is no second. */
  readonly notified: boolean;
  /** A push stayed unanswered, or the SMSC was asked to drop a text before: what it has from now on stays there, or the leg would go round in circles. */
  readonly textStays?: true;
  /** SMS and UCN that failed so far, and until when the next one waits although access has changed. */
  readonly failures?: { readonly times: number; readonly until: Instant; readonly reason: LegReason };
}

export function plannedLeg(device: DeviceId, role: DeviceRole, now: Instant): Leg {
  return {
    device, role, state: 'PLANNED', form: 'DEFER', reason: 'planned', since: now, dueAt: null,
    attempt: 0, uncertain: 0, pushed: false, tried: false, doubted: null, refused: null, ucn: null, fetching: null, notified: false,
  };
}

const DECIDED = ['PUSHED', 'HELD', 'DEFERRED', 'SMS_REQUESTED', 'UCN_REQUESTED', 'SKIPPED'] as const;
const ENDED = ['DELIVERED', 'DISPLAYED', 'EXPIRED', 'REVOKED'] as const;
/** A file is offered to several devices and taken by one. */
const CONTESTED = ['ACCEPTED', 'WITHDRAWN'] as const;

/** The life cycle of a leg: from each state, the states it may go to. */
export const LEG_TRANSITIONS: Readonly<Record<LegState, readonly LegState[]>> = {
  PLANNED: [...DECIDED, ...CONTESTED],
  HELD: [...DECIDED, ...ENDED, ...CONTESTED, 'UCN_DELIVERED'],
  DEFERRED: [...DECIDED, ...ENDED, ...CONTESTED, 'UCN_DELIVERED'],
  PUSHED: ['HELD', 'DEFERRED', 'SMS_REQUESTED', 'UCN_REQUESTED', 'SKIPPED', 'CONTENT_PUSHED', ...ENDED, ...CONTESTED],
  SMS_REQUESTED: ['SMS_CANCELLING', 'SMS_SUBMITTED', 'DEFERRED', ...ENDED],
  SMS_CANCELLING: ['SMS_SUBMITTED', 'DEFERRED', ...ENDED],
  SMS_SUBMITTED: ['SMS_SUBMITTED', 'DEFERRED', ...ENDED],
  UCN_REQUESTED: ['UCN_SUBMITTED', 'UCN_DELIVERED', 'CONTENT_PUSHED', 'DEFERRED', ...ENDED, ...CONTESTED],
  UCN_SUBMITTED: ['UCN_DELIVERED', 'CONTENT_PUSHED', 'DEFERRED', ...ENDED, ...CONTESTED],
  UCN_DELIVERED: ['CONTENT_PUSHED', 'SKIPPED', ...ENDED, ...CONTESTED],
  CONTENT_PUSHED: ['CONTENT_PUSHED', 'PUSHED', 'UCN_REQUESTED', 'UCN_SUBMITTED', 'UCN_DELIVERED', 'SKIPPED', ...ENDED, ...CONTESTED],
  ACCEPTED: ['ACCEPTED', 'INTERRUPTED', 'SKIPPED', ...ENDED],
  INTERRUPTED: [...DECIDED, ...ENDED, ...CONTESTED],
  WITHDRAWN: [...DECIDED, 'ACCEPTED'],
  DELIVERED: ['DISPLAYED'],
  DISPLAYED: [],
  EXPIRED: [],
  REVOKED: [],
  SKIPPED: DECIDED,
};

const FINAL: ReadonlySet<LegState> = new Set(['DELIVERED', 'DISPLAYED', 'EXPIRED', 'REVOKED', 'SKIPPED', 'WITHDRAWN']);

/** Nothing is left to do for the leg, unless a file is offered again. */
export function isFinal({ state }: Pick<Leg, 'state'>): boolean {
  return FINAL.has(state);
}

/** The device has the content. */
export function hasContent({ state }: Pick<Leg, 'state'>): boolean {
  return state === 'DELIVERED' || state === 'DISPLAYED';
}

/** The device takes the file, or will go on taking it. */
export function isTaking({ state }: Pick<Leg, 'state'>): boolean {
  return state === 'ACCEPTED' || state === 'INTERRUPTED';
}

/** The state of the leg's UCN, if one is out. */
export function ucnOf({ state, ucn }: Leg): UcnState | null {
  return state === 'UCN_REQUESTED' || state === 'UCN_SUBMITTED' || state === 'UCN_DELIVERED' ? state : ucn;
}

/** An SMS or UCN was asked for and its outcome is not known yet. */
export function isTextOnTheWay(leg: Leg): boolean {
  const { state } = leg;
  if (state === 'SMS_REQUESTED' || state === 'SMS_CANCELLING' || state === 'SMS_SUBMITTED') return true;
  const ucn = ucnOf(leg);
  return ucn === 'UCN_REQUESTED' || ucn === 'UCN_SUBMITTED';
}

/** A text was asked for, or the SMSC has it, and nobody was asked to stop it since. */
export function isTextToStop({ state }: Pick<Leg, 'state'>): boolean {
  return state === 'SMS_REQUESTED' || state === 'SMS_SUBMITTED' || state === 'UCN_REQUESTED' || state === 'UCN_SUBMITTED';
}

/** The SMSC has its text and may be asked to drop it. */
export function mayAskBack({ state, textStays }: Pick<Leg, 'state' | 'textStays'>): boolean {
  return !textStays && (state === 'SMS_SUBMITTED' || state === 'UCN_SUBMITTED');
}

/** A frame is out and not acknowledged. */
export function isPushed({ state }: Leg): boolean {
  return state === 'PUSHED' || state === 'CONTENT_PUSHED';
}
