import type { Retry, StatusRefusal } from '@cpm/domain-sms-interworking-gateway';
import { SmsTextRefusedError } from '@cpm/sms-text';
import { classOfStatus, retryWaitMs, SmppInvalidPduError, SmppNotBoundError, SmppOutcomeUnknownError, SmppStatusError } from '@cpm/smpp';
import type { CpmAddress } from '@cpm/vocabulary';
import { SmscUnavailableError } from './circuit.js';
import { UnsubmittableError } from './segments.js';
import type { Smsc } from './smsc-link.js';
import type { SmsSubmission } from './sms-submission.js';

/** What the log hears of a text that was not accepted. */
export interface Refusal {
  readonly retry: Retry;
  readonly reason: string;
  readonly retryAfterMs?: number;
  readonly refused?: StatusRefusal[];
  /** For whose sake a text that tells of several may not leave. */
  readonly screened?: CpmAddress[];
}

/** What follows from an error: the end of the submission, or a try at another SMSC. */
export type Verdict = Refusal | { readonly retry: 'elsewhere'; readonly reason: string };

/** What SMSCs said of one text: in earlier submissions, and now. */
export class RefusalTally {
  readonly now: StatusRefusal[] = [];

  constructor(private readonly before: SmsSubmission['refusedBy']) {}

  /** Notes a refusal; returns how often this SMSC has refused the text so. */
  add(refusal: StatusRefusal): number {
    this.now.push(refusal);
    return this.#times(refusal);
  }

  /** One of the SMSC's statuses has come as often as it may: it is not to be tried any more. */
  isExhausted({ settings: { id }, statusClasses }: Pick<Smsc, 'settings' | 'statusClasses'>): boolean {
    const statuses = [...this.before, ...this.now].filter(({ smsc }) => smsc === id).map(({ status }) => status);
    return statuses.some((status) => this.#times({ smsc: id, status }) >= (classOfStatus(status, statusClasses).attempts ?? 1));
  }

  #times({ smsc, status }: StatusRefusal): number {
    const isSame = (one: StatusRefusal) => one.smsc === smsc && one.status === status;
    return (this.before.find(isSame)?.times ?? 0) + this.now.filter(isSame).length;
  }
}

const NEVER = [SmppInvalidPduError, SmsTextRefusedError, UnsubmittableError, RangeError];

/** `acceptedSegments`: once a part has been accepted the recipient may see it, so what follows cannot be said to have left nothing behind. */
export function verdictOn(error: unknown, { smsc, tally, acceptedSegments }: { readonly smsc: string; readonly tally: RefusalTally; readonly acceptedSegments: number }): Verdict {
  const { message: reason } = error as Error;
  if (error instanceof SmppOutcomeUnknownError) return { retry: 'unknown', reason };
  if (NEVER.some((kind) => error instanceof kind)) return { retry: 'never', reason };
  if (error instanceof SmppStatusError && error.kind === 'permanent' && error.statusClass.then === 'give-up') return { retry: 'never', reason };
  if (acceptedSegments > 0) return { retry: 'unknown', reason: `after ${acceptedSegments} accepted segment(s): ${reason}` };
  if (error instanceof SmppStatusError) return verdictOnStatus(error, smsc, tally);
  const isElsewhere = error instanceof SmscUnavailableError || (error instanceof SmppNotBoundError && error.reason !== 'overdue');
  return { retry: isElsewhere ? 'elsewhere' : 'later', reason };
}

function verdictOnStatus({ status, statusClass, message: reason }: SmppStatusError, smsc: string, tally: RefusalTally): Verdict {
  const times = tally.add({ smsc, status });
  const { kind, attempts = 1, then } = statusClass;
  if (kind === 'temporary' && times < attempts) return { retry: 'later', reason, retryAfterMs: retryWaitMs(statusClass, times), refused: tally.now };
  return then === 'elsewhere' ? { retry: 'elsewhere', reason } : { retry: 'never', reason };
}
