import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import { specFor, type Reaction } from '@cpm/runtime-decider';
import type { CancelSms, SmsProgress } from '@cpm/contracts-sms-interworking-gateway';
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
  state: Sms = NO_SMS;
  readonly submissions: SmsSubmissionInput[] = [];
  readonly cancellations: SmsCancellationInput[] = [];
  readonly told: string[] = [];
  readonly journal: string[] = [];

  do(command: Without<SmsCommand>): this {
    const events = smsDecider.decide({ ...command, now: this.now } as SmsCommand, this.state);
    const after = events.reduce((state: Sms, event: SmsEvent) => smsDecider.evolve(state, event), this.state);
    const context = { now: this.now, policy: undefined as never, id: smsId(BOB, 'm1'), view: undefined, open: [] };
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
    return this.do({ type: 'Submit', request: request(change) });
  }

  accept(segmentIds: readonly string[] = ['s1'], submission = this.state.number): this {
    return this.do({ type: 'Accept', submission, segmentIds, smsc: 'smsc-a' });
  }

  refuse(retry: 'later' | 'never' | 'unknown', submission = this.state.number, why: { readonly retryAfterMs?: number; readonly refused?: readonly StatusRefusal[] } = {}): this {
    return this.do({ type: 'Refuse', submission, retry, reason: 'refused', ...why });
  }

  smscCancelled(outcome: 'cancelled' | 'refused', submission = this.state.number): this {
    return this.do({ type: 'TakeCancellation', submission, outcome, reason: 'the SMSC says so' });
  }

  receipt(state: 'DELIVERED' | 'UNDELIVERABLE' | 'DELETED' | 'EXPIRED' | 'ENROUTE' | 'ACCEPTED' | 'UNKNOWN', segmentId = 's1', submission = this.state.number): this {
    return this.do({ type: 'TakeReceipt', submission, segmentId, state });
  }

  cancel(attempt = 1): this {
    return this.do({ type: 'Cancel', cancellation: cancellation(attempt) });
  }

  /** Lets time pass, firing the timer whenever it is due. */
  pass(ms: number): this {
    const end = this.now + ms;
    for (let due = this.due; due !== undefined && due <= end; due = this.due) {
      this.now = Math.max(this.now, due);
      this.do({ type: 'EndWait' });
    }
    this.now = end;
    return this;
  }

  get due(): number | undefined {
    return Object.values(sms.timersOf?.(this.state) ?? {})[0];
  }

  private hear(reaction: Reaction): void {
    if (reaction.kind === 'effect' && reaction.type === 'submit-sms') this.submissions.push(reaction.input as SmsSubmissionInput);
    if (reaction.kind === 'effect' && reaction.type === 'cancel-sms') this.cancellations.push(reaction.input as SmsCancellationInput);
    if (reaction.kind !== 'publish') return;
    const { attempt, form, status } = reaction.contract.schema.parse(reaction.payload) as SmsProgress;
    this.told.push(`${form} ${attempt} ${status}`);
  }
}
