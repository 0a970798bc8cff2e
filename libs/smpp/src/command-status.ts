export type StatusKind = 'temporary' | 'permanent' | 'throttled';

/** What a command_status means for the submission that got it, which the SMSC has certainly not accepted. */
export interface CommandStatusClass {
  readonly name: string;
  readonly kind: StatusKind;
  /** Wait before the next attempt of a temporary or throttled one. */
  readonly retryAfterMs?: number;
  /** By how much each further wait is longer than the one before; 1 where absent. */
  readonly growth?: number;
  /** Attempts at this SMSC in all; absent for throttled, which costs no attempt. */
  readonly attempts?: number;
  /** Where no further attempt at this SMSC is to be made: another SMSC may take it, or none would. */
  readonly then: 'elsewhere' | 'give-up';
  /** `fault` speaks of the SMSC or the link and should open a circuit breaker, `healthy` only of this message. */
  readonly link: 'healthy' | 'fault';
  /** What is worth one more attempt at once, changed in this way. */
  readonly repair?: 'default-sender' | 'without-tlvs';
}

type Wait = Pick<CommandStatusClass, 'retryAfterMs' | 'growth' | 'attempts'>;

const permanent = (name: string, repair?: CommandStatusClass['repair']): CommandStatusClass =>
  ({ name, kind: 'permanent', then: 'give-up', link: 'healthy', ...(repair && { repair }) });
const temporary = (name: string, wait: Wait, then: CommandStatusClass['then'] = 'elsewhere'): CommandStatusClass => ({ name, kind: 'temporary', ...wait, then, link: 'healthy' });
const fault = (name: string, wait: Wait): CommandStatusClass => ({ name, kind: 'temporary', ...wait, then: 'elsewhere', link: 'fault' });

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
  cancelFailed: 0x11,
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
  0x04: fault('ESME_RINVBNDSTS', { retryAfterMs: 1_000, growth: 2, attempts: 5 }),
  0x06: permanent('ESME_RINVPRTFLG'),
  0x07: permanent('ESME_RINVREGDLVFLG'),
  0x08: fault('ESME_RSYSERR', { retryAfterMs: 30_000, growth: 2, attempts: 5 }),
  0x0a: permanent('ESME_RINVSRCADR', 'default-sender'),
  0x0b: permanent('ESME_RINVDSTADR'),
  0x14: temporary('ESME_RMSGQFUL', { retryAfterMs: 180_000, attempts: 5 }),
  0x15: permanent('ESME_RINVSERTYP'),
  0x42: permanent('ESME_RINVSUBREP'),
  0x43: permanent('ESME_RINVESMCLASS'),
  0x45: temporary('ESME_RSUBMITFAIL', { retryAfterMs: 60_000, attempts: 2 }),
  0x48: permanent('ESME_RINVSRCTON', 'default-sender'),
  0x49: permanent('ESME_RINVSRCNPI', 'default-sender'),
  0x50: permanent('ESME_RINVDSTTON'),
  0x51: permanent('ESME_RINVDSTNPI'),
  0x54: permanent('ESME_RINVREPFLAG'),
  0x55: permanent('ESME_RINVNUMMSGS'),
  0x58: { name: 'ESME_RTHROTTLED', kind: 'throttled', retryAfterMs: 1_000, then: 'elsewhere', link: 'healthy' },
  0x61: temporary('ESME_RINVSCHED', { retryAfterMs: 300_000, attempts: 2 }, 'give-up'),
  0x62: permanent('ESME_RINVEXPIRY'),
  0x64: temporary('ESME_RX_T_APPN', { retryAfterMs: 60_000, attempts: 5 }),
  0x65: permanent('ESME_RX_P_APPN'),
  0x66: permanent('ESME_RX_R_APPN'),
  0xc0: permanent('ESME_RINVOPTPARSTREAM', 'without-tlvs'),
  0xc1: permanent('ESME_ROPTPARNOTALLWD', 'without-tlvs'),
  0xc2: permanent('ESME_RINVPARLEN', 'without-tlvs'),
  0xc3: permanent('ESME_RMISSINGOPTPARAM', 'without-tlvs'),
  0xc4: permanent('ESME_RINVOPTPARAMVAL', 'without-tlvs'),
  0xfe: fault('ESME_RDELIVERYFAILURE', { retryAfterMs: 60_000, growth: 2, attempts: 3 }),
  0xff: fault('ESME_RUNKNOWNERR', { retryAfterMs: 60_000, growth: 2, attempts: 3 }),
};

/** A status of no table, most often a vendor's own: one more attempt, then it is permanent. */
const UNLISTED = temporary('unlisted', { retryAfterMs: 60_000, attempts: 2 }, 'give-up');

export function classOfStatus(status: number, overrides: Readonly<Record<number, CommandStatusClass>> = {}): CommandStatusClass {
  return overrides[status] ?? COMMAND_STATUS_CLASSES[status] ?? UNLISTED;
}

/** How one SMSC differs in a status: what is not said stays as the table has it. */
export interface StatusOverride {
  readonly class: 'retry-later' | 'elsewhere' | 'give-up' | 'throttled';
  readonly waitMs?: number | undefined;
  readonly growth?: number | undefined;
  readonly attempts?: number | undefined;
  readonly link?: CommandStatusClass['link'] | undefined;
}

const WAIT_MS = 60_000;
/** Whoever writes a growth means no more than this: a text has a life of days. */
const LONGEST_WAIT_MS = 86_400_000;
const ATTEMPTS = 3;

/** The classes of the statuses that an SMSC's operator says more of. */
export function withOverrides(overrides: Readonly<Record<number, StatusOverride>>): Record<number, CommandStatusClass> {
  return Object.fromEntries(Object.entries(overrides).map(([code, override]) => [code, overridden(classOfStatus(Number(code)), override)]));
}

function overridden(usual: CommandStatusClass, { class: meant, waitMs, growth, attempts, link = usual.link }: StatusOverride): CommandStatusClass {
  const { name } = usual;
  if (meant === 'give-up' || meant === 'elsewhere') return { name, kind: 'permanent', then: meant, link };
  if (meant === 'throttled') return { name, kind: 'throttled', retryAfterMs: waitMs ?? usual.retryAfterMs ?? WAIT_MS, then: 'elsewhere', link };
  return {
    name, kind: 'temporary', then: 'elsewhere', link,
    retryAfterMs: waitMs ?? usual.retryAfterMs ?? WAIT_MS, growth: growth ?? usual.growth ?? 1, attempts: attempts ?? usual.attempts ?? ATTEMPTS,
  };
}

/** Wait before the attempt that follows the `times`-th refusal with this status: whole ms, a day at most. */
export function retryWaitMs({ retryAfterMs = WAIT_MS, growth = 1 }: CommandStatusClass, times: number): number {
  // A growth that has outgrown every number would make NaN of a wait of 0.
  const factor = Math.min(growth ** (times - 1), LONGEST_WAIT_MS);
  return Math.round(Math.min(retryAfterMs * factor, LONGEST_WAIT_MS));
}
