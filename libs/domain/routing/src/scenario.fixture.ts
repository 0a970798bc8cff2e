import type { Count } from '@cpm/metrics';
import { DEFAULT_POLICY, DEFAULT_PROFILE, type AccessState, type CpmAddress, type DeviceId, type Message, type Policy, type PreferenceProfile } from '@cpm/vocabulary';
import type { Aggregate, AnyAggregate, DecisionContext, EventContract, JourneyEntry } from '@cpm/runtime-decider';
import { AccessChanged } from '@cpm/contracts-access-awareness';
import type { PushFrame } from '@cpm/contracts-client-edge';
import { SubscriberChanged, type RegisteredDevice } from '@cpm/contracts-device-registry';
import type { DispositionEvidence } from '@cpm/contracts-report-aggregation';
import { OfferMessage, ReportDisposition, RevokeMessage } from '@cpm/contracts-routing';
import { SmsProgress } from '@cpm/contracts-sms-interworking-gateway';
import { deliveryId } from './delivery/delivery-id.js';
import type { Delivery } from './delivery/delivery.js';
import type { Leg } from './delivery/leg.js';
import type { Profile } from './profile/profile.js';
import { routing } from './routing.service.js';

export const ALICE = 'tel:+4915110000001' as CpmAddress;
export const BOB = 'tel:+4915120000002' as CpmAddress;
export const ALICES_PHONE = 'urn:uuid:00000000-0000-4000-8000-00000000000a' as DeviceId;
export const PHONE = 'urn:uuid:00000000-0000-4000-8000-000000000001' as DeviceId;
export const TABLET = 'urn:uuid:00000000-0000-4000-8000-000000000002' as DeviceId;
export const LAPTOP = 'urn:uuid:00000000-0000-4000-8000-000000000003' as DeviceId;
export const NEW_PHONE = 'urn:uuid:00000000-0000-4000-8000-000000000004' as DeviceId;
export const START = Date.UTC(2026, 0, 5, 12);
export const HOUR_MS = 3_600_000;

export interface Published {
  readonly at: number;
  readonly type: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- payloads of all contracts, parsed by their schemas.
  readonly payload: any;
}

export function device(id: DeviceId, change: Partial<RegisteredDevice> = {}): RegisteredDevice {
  return {
    id, name: id, role: id === PHONE ? 'primary' : 'secondary', registered: true,
    capabilities: { services: ['standalone', 'chat', 'file-transfer', 'session'], contentTypes: ['*/*'], maxBytes: 1_000_000 },
    autoAnswer: { session: false, fileTransfer: false }, ...change,
  };
}

export function text(body = 'Hello Bob', change: Partial<Message> = {}): Message {
  return {
    id: 'm1', from: ALICE, to: [BOB], originDevice: ALICES_PHONE, conversationId: 'conversation-1', contributionId: 'contribution-1',
    contentType: 'text/plain', content: { kind: 'inline', text: body }, size: body.length,
    dispositionNotification: ['positive-delivery', 'negative-delivery', 'display'], sentAt: START, expiresAt: START + HOUR_MS, ...change,
  };
}

export function image(change: Partial<Message> = {}): Message {
  return text('', { contentType: 'image/jpeg', content: { kind: 'stored', contentId: 'f1' }, size: 50_000, ...change });
}

/** The routing service in memory on a virtual clock; what it publishes to itself is heard at once. */
export class Scenario {
  now = START;
  policy: Policy = DEFAULT_POLICY;
  readonly published: Published[] = [];
  readonly journey: JourneyEntry[] = [];
  readonly counts: Count[] = [];
  /** Outcomes of commands, by command id. */
  readonly answers = new Map<string, unknown>();
  private readonly documents = new Map<string, { aggregate: AnyAggregate; id: string; state: unknown }>();
  private readonly heard: { contract: EventContract; payload: unknown }[] = [];
  private version = 0;

  hear<Payload>(contract: EventContract<string, Payload>, payload: NoInfer<Payload>): void {
    this.heard.push({ contract: contract as EventContract, payload });
    for (let next = this.heard.shift(); next; next = this.heard.shift()) {
      const { contract: about, payload: what } = next;
      const subscription = routing.subscriptions.find(({ contract: { type } }) => type === about.type);
      if (!subscription) throw new Error(`routing does not hear ${about.type}`);
      const id = subscription.idOf(what);
      const context = this.contextOf(subscription.aggregate, id, subscription.open);
      this.decide(subscription.aggregate, id, subscription.command(what, context), context);
    }
  }

  /** Lets time pass, firing what comes due in order of time. */
  advance(seconds: number): void {
    const end = this.now + seconds * 1000;
    for (let next = this.nextTimer(); next && next.at <= end; next = this.nextTimer()) {
      const { aggregate, id, timer, at } = next;
      this.now = Math.max(this.now, at);
      const context = this.contextOf(aggregate, id);
      this.decide(aggregate, id, aggregate.whenDue?.(timer, context), context);
      if (this.timersOf(aggregate, id)[timer] === at) throw new Error(`timer ${timer} stays due`);
      this.drain();
    }
    this.now = end;
  }

  subscriber(devices: readonly RegisteredDevice[] = [device(PHONE), device(TABLET)], change: Partial<SubscriberChanged> & { preferences?: Partial<PreferenceProfile> } = {}): this {
    const { preferences, ...rest } = change;
    this.version += 1;
    this.hear(SubscriberChanged, {
      user: BOB, version: this.version, removed: false, devices: [...devices], profile: { ...DEFAULT_PROFILE, ...preferences }, at: this.now, ...rest,
    });
    return this;
  }

  access(id: DeviceId, ip: AccessState, cs: AccessState = 'UNKNOWN', holdUntil?: number): this {
    return this.accessChange({ device: id, ip, cs, ...(holdUntil !== undefined && { holdUntil }) });
  }

  accessChange(change: Partial<AccessChanged> & Pick<AccessChanged, 'device' | 'ip' | 'cs'>): this {
    this.hear(AccessChanged, { user: this.ownerOf(change.device), reason: 'test', at: this.now, ...change });
    return this;
  }

  offer(message: Message = text(), depositSentCopy = true): this {
    this.hear(OfferMessage, { message, recipient: BOB, depositSentCopy });
    return this;
  }

  report(id: DeviceId, status: 'delivered' | 'displayed'): this {
    this.hear(ReportDisposition, { user: BOB, messageId: 'm1', items: [{ device: id, status, at: this.now }] });
    return this;
  }

  sms(status: SmsProgress['status'], change: Partial<SmsProgress> = {}): this {
    this.hear(SmsProgress, { user: BOB, messageId: 'm1', sender: ALICE, device: PHONE, attempt: 1, form: 'SMS', status, at: this.now, ...change });
    return this;
  }

  ucn(status: SmsProgress['status'], change: Partial<SmsProgress> = {}): this {
    return this.sms(status, { form: 'UCN', ...change });
  }

  revoke(sender: CpmAddress = ALICE): this {
    this.hear(RevokeMessage, { messageId: 'm1', sender, device: ALICES_PHONE, recipient: BOB, at: this.now });
    return this;
  }

  get delivery(): Delivery {
    return this.stateOf('delivery', deliveryId(BOB, 'm1')) as Delivery;
  }

  get timers(): Readonly<Record<string, number>> {
    const document = this.documents.get(`delivery ${deliveryId(BOB, 'm1')}`);
    return document ? (document.aggregate.timersOf?.(document.state) ?? {}) : {};
  }

  leg(id: DeviceId): Leg | undefined {
    return this.delivery.stage === 'offered' ? this.delivery.legs.find((leg) => leg.device === id) : undefined;
  }

  /** `state form(reason)` of a leg, for a table to read. */
  legs(): Record<string, string> {
    const legs = this.delivery.stage === 'offered' ? this.delivery.legs : [];
    return Object.fromEntries(legs.map(({ device: id, state, form, reason }) => [NAMES[id] ?? id, `${state} ${form}(${reason})`]));
  }

  of(type: string): Published['payload'][] {
    return this.published.filter((each) => each.type === type).map(({ payload }) => payload);
  }

  frames(): PushFrame[] {
    return this.of('PushFrame');
  }

  evidence(): string[] {
    return (this.of('DispositionEvidence') as DispositionEvidence[]).flatMap(({ items }) => items.map(({ status, via }) => `${status} ${via}`));
  }

  /** Forgets what was published so far. */
  fresh(): this {
    this.published.length = 0;
    return this;
  }

  /** Whose device it is by the snapshots so far; Bob's where nobody has it. */
  private ownerOf(id: DeviceId): CpmAddress {
    const owner = [...this.documents.values()].find(({ aggregate, state }) => aggregate.name === 'profile' && (state as Profile).devices.some((device) => device.id === id));
    return (owner?.id ?? BOB) as CpmAddress;
  }

  /** The state of an aggregate; its initial one when it does not exist yet. */
  state<State>(aggregate: Aggregate<never, State, never, never> | AnyAggregate, id: string): State {
    return this.stateOf(aggregate.name, id, aggregate as AnyAggregate) as State;
  }

  private drain(): void {
    const next = this.heard.shift();
    if (next) this.hear(next.contract, next.payload);
  }

  private decide(aggregate: AnyAggregate, id: string, command: unknown, context: DecisionContext): void {
    if (command === undefined) return;
    const events = aggregate.decider.decide(command, this.stateOf(aggregate.name, id, aggregate));
    const after = events.reduce((state: unknown, event: unknown) => aggregate.decider.evolve(state, event), this.stateOf(aggregate.name, id, aggregate));
    this.documents.set(`${aggregate.name} ${id}`, { aggregate, id, state: JSON.parse(JSON.stringify(after)) });
    for (const event of events) {
      const line = aggregate.journalOf?.(event, context, after);
      if (line) this.journey.push(line);
      this.counts.push(...(aggregate.countsOf?.(event, after) ?? []));
      for (const reaction of aggregate.react(event, after, context)) {
        if (reaction.kind === 'answer') this.answers.set(reaction.commandId, reaction.outcome);
        if (reaction.kind !== 'publish') continue;
        const { contract, payload } = reaction;
        this.published.push({ at: this.now, type: contract.type, payload: contract.schema.parse(payload) });
        if (contract.listeners.includes('routing')) this.heard.push({ contract, payload });
      }
    }
  }

  private contextOf(aggregate: AnyAggregate, id: string, open: readonly AnyAggregate[] = []): DecisionContext {
    const view = aggregate.view ? this.stateOf(aggregate.view.aggregate.name, aggregate.view.idOf(id), aggregate.view.aggregate) : undefined;
    const found = [...this.documents.values()].filter((each) => open.includes(each.aggregate) && each.aggregate.isOpen?.(each.state));
    return { now: this.now, policy: this.policy, id, view, open: found.map((each) => ({ kind: each.aggregate.name, id: each.id })) };
  }

  private stateOf(name: string, id: string, aggregate?: AnyAggregate): unknown {
    return this.documents.get(`${name} ${id}`)?.state ?? aggregate?.decider.initial ?? { stage: 'none', touchedAt: null };
  }

  private timersOf(aggregate: AnyAggregate, id: string): Readonly<Record<string, number>> {
    return aggregate.timersOf?.(this.stateOf(aggregate.name, id, aggregate)) ?? {};
  }

  private nextTimer(): { aggregate: AnyAggregate; id: string; timer: string; at: number } | undefined {
    return [...this.documents.values()]
      .flatMap(({ aggregate, id }) => Object.entries(this.timersOf(aggregate, id)).map(([timer, at]) => ({ aggregate, id, timer, at })))
      .sort((a, b) => a.at - b.at)[0];
  }
}

const NAMES: Readonly<Record<string, string>> = { [PHONE]: 'phone', [TABLET]: 'tablet', [LAPTOP]: 'laptop', [NEW_PHONE]: 'newPhone' };
