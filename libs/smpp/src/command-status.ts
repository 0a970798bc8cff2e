export type StatusKind = 'temporary' | 'permanent' | 'throttled';

/** What a command_status means for the submission that got it. */
export interface CommandStatusClass {
  readonly name: string;
  readonly kind: StatusKind;
  /** Wait before the next attempt of a temporary or throttled one. */
  readonly retryAfterMs?: number;
  /** Attempts in all; absent for throttled, which costs no attempt. */
  readonly attempts?: number;
  /** `fault` speaks of the SMSC or the link and should open a circuit breaker, `healthy` only of this message. */
  readonly link: 'healthy' | 'fault';
}

const permanent = (name: string): CommandStatusClass => ({ name, kind: 'permanent', link: 'healthy' });
const temporary = (name: string, retryAfterMs: number, attempts: number): CommandStatusClass =>
  ({ name, kind: 'temporary', retryAfterMs, attempts, link: 'healthy' });
const fault = (name: string, retryAfterMs: number, attempts: number): CommandStatusClass =>
  ({ name, kind: 'temporary', retryAfterMs, attempts, link: 'fault' });

export const STATUS = {
  ok: 0x00,
  invalidCommandLength: 0x02,
  invalidCommandId: 0x03,
  incorrectBindStatus: 0x04,
  alreadyBound: 0x05,
  systemError: 0x08,
  bindFailed: 0x0d,
  invalidPassword: 0x0e,
  invalidSystemId: 0x0f,
  queueFull: 0x14,
  invalidSystemType: 0x53,
  throttled: 0x58,
  permanentApplicationError: 0x65,
} as const;

/** Bind statuses that no quick retry can cure. */
export const CREDENTIAL_STATUSES: ReadonlySet<number> = new Set([STATUS.invalidPassword, STATUS.invalidSystemId, STATUS.invalidSystemType]);

/** Defaults after Kannel, Jasmin and NowSMS; SMSCs differ, so a transceiver takes overrides. */
export const COMMAND_STATUS_CLASSES: Readonly<Record<number, CommandStatusClass>> = {
  0x01: permanent('ESME_RINVMSGLEN'),
  0x02: permanent('ESME_RINVCMDLEN'),
  0x03: permanent('ESME_RINVCMDID'),
  0x04: fault('ESME_RINVBNDSTS', 1_000, 5),
  0x06: permanent('ESME_RINVPRTFLG'),
  0x07: permanent('ESME_RINVREGDLVFLG'),
  0x08: fault('ESME_RSYSERR', 30_000, 5),
  0x0a: permanent('ESME_RINVSRCADR'),
  0x0b: permanent('ESME_RINVDSTADR'),
  0x14: temporary('ESME_RMSGQFUL', 180_000, 5),
  0x15: permanent('ESME_RINVSERTYP'),
  0x42: permanent('ESME_RINVSUBREP'),
  0x43: permanent('ESME_RINVESMCLASS'),
  0x45: temporary('ESME_RSUBMITFAIL', 60_000, 2),
  0x48: permanent('ESME_RINVSRCTON'),
  0x49: permanent('ESME_RINVSRCNPI'),
  0x50: permanent('ESME_RINVDSTTON'),
  0x51: permanent('ESME_RINVDSTNPI'),
  0x54: permanent('ESME_RINVREPFLAG'),
  0x55: permanent('ESME_RINVNUMMSGS'),
  0x58: { name: 'ESME_RTHROTTLED', kind: 'throttled', retryAfterMs: 1_000, link: 'healthy' },
  0x61: temporary('ESME_RINVSCHED', 300_000, 2),
  0x62: permanent('ESME_RINVEXPIRY'),
  0x64: temporary('ESME_RX_T_APPN', 60_000, 5),
  0x65: permanent('ESME_RX_P_APPN'),
  0x66: permanent('ESME_RX_R_APPN'),
  0xc0: permanent('ESME_RINVOPTPARSTREAM'),
  0xc1: permanent('ESME_ROPTPARNOTALLWD'),
  0xc2: permanent('ESME_RINVPARLEN'),
  0xc3: permanent('ESME_RMISSINGOPTPARAM'),
  0xc4: permanent('ESME_RINVOPTPARAMVAL'),
  0xfe: fault('ESME_RDELIVERYFAILURE', 60_000, 3),
  0xff: fault('ESME_RUNKNOWNERR', 60_000, 3),
};

/** A status of no table, most often a vendor's own: one more attempt, then it is permanent. */
const UNLISTED: CommandStatusClass = { name: 'unlisted', kind: 'temporary', retryAfterMs: 60_000, attempts: 2, link: 'healthy' };

export function classOfStatus(status: number, overrides: Readonly<Record<number, CommandStatusClass>> = {}): CommandStatusClass {
  return overrides[status] ?? COMMAND_STATUS_CLASSES[status] ?? UNLISTED;
}
