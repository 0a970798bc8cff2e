import { DEFAULT_POLICY, type CpmAddress, type DeviceId, type Message, type Policy } from '@cpm/vocabulary';
import { specFor, type Reaction, type RowWrite } from '@cpm/runtime-decider';
import { SendSms, SubmitGroupSms, SubmitSms, SmsReceived } from '@cpm/contracts-sms-interworking-gateway';
import { OfferMessage, SendChatMessage } from '@cpm/contracts-routing';
import { smsInterworkingGateway } from '../sms-interworking-gateway.service.js';
import { leases } from './leases.aggregate.js';
import { leasesDecider } from './leases.decider.js';
import { NO_LEASES, type GroupText, type Leases, type LeasesCommand } from './leases.js';

export const ALICE = 'tel:+4915110000001' as CpmAddress;
export const BOB = 'tel:+4915120000002' as CpmAddress;
export const PHONE = 'urn:uuid:00000000-0000-4000-8000-000000000001' as DeviceId;
export const START = Date.UTC(2026, 0, 5, 12);
export const DAY_MS = 86_400_000;
export const POOL = ['4917604069000', '4917604069001', '4917604069002'] as const;

export const given = specFor(leasesDecider);

export function groupText(sessionId: string, change: Partial<GroupText> = {}): GroupText {
  return {
    user: BOB, messageId: `m-${sessionId}`, sender: ALICE, device: PHONE, attempt: 1, text: 'Alice: Hello', sessionId,
    conversationId: `conv-${sessionId}`, contributionId: `contrib-${sessionId}`, expiresAt: START + DAY_MS, ...change,
  };
}

type Part = NonNullable<SmsReceived['part']>;
const SUBSCRIPTIONS = new Map(smsInterworkingGateway.subscriptions.map((subscription) => [subscription.contract.type, subscription]));

/** The leases of Bob on a virtual clock, seen from outside: what is sent to him, and what is passed on or put aside of his. */
export class Desk {
  now = START;
  state: Leases = NO_LEASES;
  policy: Policy = { ...DEFAULT_POLICY, 'sms.leasedNumbers': [...POOL] };
  readonly sent: SendSms[] = [];
  readonly said: SendChatMessage[] = [];
  readonly offered: OfferMessage[] = [];
  readonly letters: { readonly id: string; readonly key: string; readonly reason: string; readonly value: Record<string, unknown> }[] = [];

  /** A text of the session; returns the number it is sent from. */
  submit(sessionId: string, change: Partial<GroupText> = {}): string | undefined {
    this.hear(SubmitGroupSms.type, SubmitGroupSms.schema.parse({ ...groupText(sessionId, change), at: this.now }));
    return this.sent.at(-1)?.source;
  }

  /** A text of one sender; returns the number it is sent from, undefined for his own. */
  write(sender: CpmAddress, change: Partial<SubmitSms> = {}): string | undefined {
    const text = { user: BOB, messageId: 'm', sender, device: PHONE, attempt: 1, text: 'Hello', conversationId: `conv-${sender}`, contributionId: `contrib-${sender}`, expiresAt: START + DAY_MS, at: this.now, ...change };
    this.hear(SubmitSms.type, SubmitSms.schema.parse(text));
    return this.sent.at(-1)?.source;
  }

  receive(to: string | undefined, text: string, part?: Part): this {
    return this.hear(SmsReceived.type, SmsReceived.schema.parse({ user: BOB, to, text, ...(part && { part }), at: this.now }));
  }

  /** The SMSC may have delivered the text before, `repeatsSince` at the earliest. */
  receiveAgain(to: string | undefined, text: string, repeatsSince?: number): this {
    return this.hear(SmsReceived.type, SmsReceived.schema.parse({ user: BOB, to, text, mayRepeat: true, ...(repeatsSince !== undefined && { repeatsSince }), at: this.now }));
  }

  /** Lets time pass, firing the timer whenever it is due. */
  pass(ms: number): this {
    const end = this.now + ms;
    for (let due = this.due; due !== undefined && due <= end; due = this.due) {
      this.now = Math.max(this.now, due);
      this.do(leases.whenDue?.('forget-parts', this.context) as LeasesCommand);
    }
    this.now = end;
    return this;
  }

  /** What Bob said and where, in order. */
  get words(): readonly (readonly [sessionId: string, text: string])[] {
    return this.said.map(({ sessionId, message }) => [sessionId, textOf(message)]);
  }

  get due(): number | undefined {
    return Object.values(leases.timersOf?.(this.state) ?? {})[0];
  }

  private get context() {
    return { now: this.now, policy: this.policy, id: BOB, view: undefined, open: [] };
  }

  private hear(type: string, payload: unknown): this {
    return this.do(SUBSCRIPTIONS.get(type)?.command(payload, this.context) as LeasesCommand);
  }

  private do(command: LeasesCommand): this {
    const events = leasesDecider.decide(command, this.state);
    const after = events.reduce(leasesDecider.evolve, this.state);
    for (const event of events) for (const reaction of leases.react(event, after, this.context)) this.note(reaction);
    // As it comes back from the database, which keeps no halves of surrogate pairs.
    this.state = JSON.parse(JSON.stringify(after), (_, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value)) as Leases;
    return this;
  }

  private note(reaction: Reaction): void {
    if (reaction.kind === 'row') this.letters.push(letterOf(reaction));
    if (reaction.kind !== 'publish') return;
    if (reaction.contract.type === SendSms.type) this.sent.push(SendSms.schema.parse(reaction.payload));
    if (reaction.contract.type === OfferMessage.type) this.offered.push(OfferMessage.schema.parse(reaction.payload));
    if (reaction.contract.type === SendChatMessage.type) this.said.push(SendChatMessage.schema.parse(reaction.payload));
  }
}

function letterOf({ id, insert }: RowWrite): Desk['letters'][number] {
  const { key, reason, value } = insert as { key: string; reason: string; value: string };
  return { id, key, reason, value: JSON.parse(value) as Record<string, unknown> };
}

function textOf({ content }: Message): string {
  return content.kind === 'inline' ? content.text : '';
}
