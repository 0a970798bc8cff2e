import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import { specFor, type Reaction } from '@cpm/runtime-decider';
import { AccessObserved } from '@cpm/contracts-access-awareness';
import type { CancelSms, HandsetCause, SmsProgress } from '@cpm/contracts-sms-interworking-gateway';
import { NO_LEASES } from '../lease/leases.js';
import { NO_OPT_OUTS, type OptOuts } from '../lease/opt-outs.js';
import { sms, smsId, type SmsCancellationInput, type SmsSubmissionInput } from './sms.aggregate.js';
import { smsDecider } from './sms.decider.js';
import { NO_SMS, type Sms, type SmsCommand, type SmsEvent, type SmsRequest, type StatusRefusal } from './sms.js';

export const ALICE = 'tel:+4915110000001' as CpmAddress;
export const BOB = 'tel:+4915120000002' as CpmAddress;
export const PHONE = 'urn:uuid:00000000-0000-4000-8000-000000000001' as DeviceId;
export const START = Date.UTC(2026, 0, 5, 12);
export const HOUR_MS = 3_600_000;

export const given = specFor(smsDecider);

export function request(change: Partial<SmsRequest> = {}): SmsRequest {
  return { user: BOB, messageId: 'm1', sender: ALICE, device: PHONE, attempt: 1, form: 'SMS', text: 'Hello', expiresAt: START + 6 * HOUR_MS, ...change };
}

export function cancellation(attempt = 1): CancelSms {
  return { user: BOB, messageId: 'm1', sender: ALICE, device: PHONE, attempt, reason: 'ip-available', at: START };
}

type Without<Command> = Command extends SmsCommand ? Omit<Command, 'now'> : never;

/** One text on a virtual clock, seen from outside: what is submitted and what routing is told. */
export class Gateway {
  now = START;
  optOuts: OptOuts = NO_OPT_OUTS;
  state: Sms = NO_SMS;
  readonly submissions: SmsSubmissionInput[] = [];
  readonly cancellations: SmsCancellationInput[] = [];
  readonly told: string[] = [];
  /** What is told of the handset's access. */
  readonly observed: string[] = [];
  /** Why, of what routing is told. */
  readonly reasons: string[] = [];
  readonly journal: string[] = [];

  do(command: Without<SmsCommand>): this {
    const events = smsDecider.decide({ ...command, now: this.now } as SmsCommand, this.state);
    const after = events.reduce((state: Sms, event: SmsEvent) => smsDecider.evolve(state, event), this.state);
    const context = { now: this.now, policy: undefined as never, id: smsId(BOB, 'm1'), view: { ...NO_LEASES, optOuts: this.optOuts }, open: [] };
    for (const event of events) {
      const line = sms.journalOf?.(event, context, after);
      if (line) this.journal.push(line.step);
      for (const reaction of sms.react(event, after, context)) this.hear(reaction);
    }
    // As it comes back from the database.
    this.state = JSON.parse(JSON.stringify(after)) as Sms;
    return this;
  }

  submit(change: Partial<SmsRequest> = {}): this {
    return this.do({ type: 'Submit', request: request(change), optOuts: this.optOuts });
  }

  accept(segmentIds: readonly string[] = ['s1'], submission = this.state.number): this {
    return this.do({ type: 'Accept', submission, segmentIds, smsc: 'smsc-a' });
  }

  refuse(retry: 'later' | 'never' | 'unknown', submission = this.state.number, why: { readonly retryAfterMs?: number; readonly refused?: readonly StatusRefusal[] } = {}): this {
    return this.do({ type: 'Refuse', submission, retry, reason: 'refused', ...why });
  }

  smscCancelled(outcome: 'cancelled' | 'refused', submission = this.state.number, dropped?: readonly string[]): this {
    return this.do({ type: 'TakeCancellation', submission, outcome, reason: 'the SMSC says so', dropped });
  }

  receipt(state: 'DELIVERED' | 'UNDELIVERABLE' | 'DELETED' | 'EXPIRED' | 'ENROUTE' | 'ACCEPTED' | 'UNKNOWN', segmentId = 's1', submission = this.state.number, segments?: number): this {
    return this.do({ type: 'TakeReceipt', submission, segmentId, ...(segments !== undefined && { segments }), state, heardAt: this.now });
  }

  /** A receipt that shows why the handset got nothing. */
  failure(cause: HandsetCause, segmentId = 's1', submission = this.state.number): this {
    return this.do({ type: 'TakeReceipt', submission, segmentId, state: 'UNDELIVERABLE', cause, heardAt: this.now });
  }

  cancel(attempt = 1): this {
    return this.do({ type: 'Cancel', cancellation: cancellation(attempt) });
  }

  /** Lets time pass, firing the timer whenever it is due. */
  pass(ms: number): this {
    const end = this.now + ms;
    for (let due = this.due; due !== undefined && due <= end; due = this.due) {
      this.now = Math.max(this.now, due);
      this.do({ type: 'EndWait', optOuts: this.optOuts });
    }
    this.now = end;
    return this;
  }

  get due(): number | undefined {
    const timers = Object.values(sms.timersOf?.(this.state) ?? {});
    return timers.length === 0 ? undefined : Math.min(...timers);
  }

  private hear(reaction: Reaction): void {
    if (reaction.kind === 'effect' && reaction.type === 'submit-sms') this.submissions.push(reaction.input as SmsSubmissionInput);
    if (reaction.kind === 'effect' && reaction.type === 'cancel-sms') this.cancellations.push(reaction.input as SmsCancellationInput);
    if (reaction.kind !== 'publish') return;
    if (reaction.contract.type === AccessObserved.type) {
      const { state, cause = 'delivered' } = AccessObserved.schema.parse(reaction.payload);
      this.observed.push(`${state} ${cause}`);
      return;
    }
    const { attempt, form, status, reason } = reaction.contract.schema.parse(reaction.payload) as SmsProgress;
    this.told.push(`${form} ${attempt} ${status}`);
    if (reason !== undefined) this.reasons.push(reason);
  }
}
