import { DEFAULT_POLICY, type CpmAddress, type DeviceId, type Policy } from '@cpm/vocabulary';
import type { AnyAggregate, EventContract, Reaction } from '@cpm/runtime-decider';
import { RecordUcnSummary } from '@cpm/contracts-message-store-sync';
import { CancelSms, SmscAccepted, SmscReceipt, SmscRefused, SmsProgress, SubmitUcn } from '@cpm/contracts-sms-interworking-gateway';
import { NO_LEASES } from '../lease/leases.js';
import { NO_OPT_OUTS, type OptOuts } from '../lease/opt-outs.js';
import type { SmsSubmissionInput } from '../sms/sms.aggregate.js';
import type { Sms } from '../sms/sms.js';
import { smsInterworkingGateway } from '../sms-interworking-gateway.service.js';
import type { UcnBundle } from './ucn-bundle.js';

export const ALICE = 'tel:+4915110000001' as CpmAddress;
export const BOB = 'tel:+4915120000002' as CpmAddress;
export const CAROL = 'tel:+4915130000003' as CpmAddress;
const PHONE = 'urn:uuid:00000000-0000-4000-8000-000000000001' as DeviceId;
export const START = Date.UTC(2026, 0, 5, 12);
export const HOUR_MS = 3_600_000;

const SUBSCRIPTIONS = new Map(smsInterworkingGateway.subscriptions.map((subscription) => [subscription.contract.type, subscription]));
const OWN = 'sms-interworking-gateway';

/** The gateway's tables on a virtual clock, with their own events going round: what routing asks for, what leaves, and what is told. */
export class Notifications {
  now = START;
  policy: Policy = { ...DEFAULT_POLICY, 'ucn.aggregateWindowSec': 60 };
  /** Each event that the gateway tells itself comes so often. */
  copies = 1;
  /** The log is read on only when `read` is called: what comes meanwhile comes in between. */
  isHeld = false;
  optOuts: OptOuts = NO_OPT_OUTS;
  readonly left: SmsSubmissionInput[] = [];
  /** `messageId attempt status`. */
  readonly told: string[] = [];
  readonly marked: RecordUcnSummary[] = [];
  readonly journal: string[] = [];
  private readonly states = new Map<string, { readonly aggregate: AnyAggregate; readonly id: string; readonly state: unknown }>();
  private readonly waiting: { readonly type: string; readonly payload: unknown }[] = [];

  ask(messageId: string, change: Partial<SubmitUcn> = {}): this {
    return this.hear(SubmitUcn, {
      user: BOB, messageId, sender: ALICE, device: PHONE, attempt: 1, contentType: 'image/jpeg', size: 50_000, expiresAt: START + 6 * HOUR_MS, at: this.now, ...change,
    });
  }

  cancel(messageId: string, attempt = 1): this {
    return this.hear(CancelSms, { user: BOB, messageId, sender: ALICE, device: PHONE, attempt, reason: 'ip-available', at: this.now });
  }

  /** What became of the text that left so: from the last when negative. */
  accept(place = -1): this {
    return this.hear(SmscAccepted, { ...this.submission(place), segmentIds: [`s${place}`] });
  }

  refuse(retry: 'later' | 'never' | 'unknown', place = -1, screened?: CpmAddress[]): this {
    return this.hear(SmscRefused, { ...this.submission(place), retry, reason: 'refused', screened });
  }

  receipt(state: 'DELIVERED' | 'UNDELIVERABLE' = 'DELIVERED', place = -1): this {
    return this.hear(SmscReceipt, { ...this.submission(place), segmentId: `s${place}`, state });
  }

  /** Lets time pass, firing every timer that is due. */
  pass(ms: number): this {
    const end = this.now + ms;
    for (let due = this.firstDue(end); due; due = this.firstDue(end)) {
      this.now = Math.max(this.now, due.at);
      this.decide(due.aggregate, due.id, due.aggregate.whenDue?.(due.timer, this.context(due.id)));
      this.readUnlessHeld();
    }
    this.now = end;
    return this;
  }

  /** Reads so many events of the log. */
  read(count: number): this {
    for (let left = count; left > 0; left -= 1) {
      const next = this.waiting.shift();
      if (!next) return this;
      const subscription = SUBSCRIPTIONS.get(next.type);
      if (!subscription) throw new Error(`${next.type} has no subscription`);
      const id = subscription.idOf(next.payload);
      this.decide(subscription.aggregate, id, subscription.command(next.payload, this.context(id)));
    }
    return this;
  }

  get bundle(): UcnBundle {
    return this.stateOf('ucn-bundle', BOB) as UcnBundle;
  }

  /** Messages that a text tells of: its own, or those that a summary stands for. */
  toldBy(smsId: string): readonly string[] {
    const { request } = this.stateOf('sms', smsId) as Sms;
    return request?.covered?.map(({ messageId }) => messageId) ?? [request?.messageId ?? ''];
  }

  private stateOf(name: string, id: string): unknown {
    return this.states.get(`${name} ${id}`)?.state;
  }

  get texts(): readonly string[] {
    return this.left.map(({ text }) => text);
  }

  private submission(place: number) {
    const { user, smsId, attempt } = this.left.at(place) as SmsSubmissionInput;
    return { user, smsId, attempt, at: this.now };
  }

  private firstDue(end: number): { readonly aggregate: AnyAggregate; readonly id: string; readonly timer: string; readonly at: number } | undefined {
    const all = [...this.states.values()].flatMap(({ aggregate, id, state }) => Object.entries(aggregate.timersOf?.(state) ?? {}).map(([timer, at]) => ({ aggregate, id, timer, at })));
    return all.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }

  hear<Payload>(contract: EventContract<string, Payload>, payload: NoInfer<Payload>): this {
    this.waiting.push({ type: contract.type, payload: contract.schema.parse(payload) });
    return this.readUnlessHeld();
  }

  private readUnlessHeld(): this {
    return this.isHeld ? this : this.read(Infinity);
  }

  private context(id: string) {
    return { now: this.now, policy: this.policy, id, view: { ...NO_LEASES, optOuts: this.optOuts }, open: [] };
  }

  private decide(aggregate: AnyAggregate, id: string, command: unknown): void {
    const key = `${aggregate.name} ${id}`;
    const before = this.states.get(key)?.state ?? aggregate.decider.initial;
    const events = aggregate.decider.decide(command, before) as readonly object[];
    const after: unknown = events.reduce<unknown>((state, event) => aggregate.decider.evolve(state, event) as unknown, before);
    // As it comes back from the database.
    this.states.set(key, { aggregate, id, state: JSON.parse(JSON.stringify(after)) });
    for (const event of events) {
      const line = aggregate.journalOf?.(event, this.context(id), after);
      if (line) this.journal.push(`${aggregate.messageOf?.(id) ?? id}: ${line.step}`);
      for (const reaction of aggregate.react(event, after, this.context(id))) this.note(reaction);
    }
  }

  private note(reaction: Reaction): void {
    if (reaction.kind === 'effect') this.left.push(reaction.input as SmsSubmissionInput);
    if (reaction.kind !== 'publish') return;
    const { contract } = reaction;
    const payload = contract.schema.parse(reaction.payload);
    if (contract.type === RecordUcnSummary.type) this.marked.push(payload as RecordUcnSummary);
    else if (contract.type === SmsProgress.type) this.told.push((({ messageId, attempt, status }) => `${messageId} ${attempt} ${status}`)(payload as SmsProgress));
    else if (contract.listeners.includes(OWN)) for (let copy = 0; copy < this.copies; copy += 1) this.waiting.push({ type: contract.type, payload });
  }
}
