import { AccessObserved } from '@cpm/contracts-access-awareness';
import { ProvisionSubscriber, RegisterDevice } from '@cpm/contracts-device-registry';
import { OfferMessage } from '@cpm/contracts-routing';
import type { Access } from '@cpm/domain-access-awareness';
import type { AccessState, DispositionRequest, Policy } from '@cpm/vocabulary';
import { DEVICES, nameOf, type CastDevice } from './cast.js';
import { NO_FAULTS } from './faults.js';
import { Outbox } from './outbox.js';
import { services } from './services.js';
import { World } from './world.js';

const PHONES = DEVICES.filter(({ role, registers }) => role === 'primary' && registers) as [CastDevice, CastDevice];
const [ALICES_PHONE, BOBS_PHONE] = PHONES;
const BOB = BOBS_PHONE.user;

/** How often a scenario is played: each time the steps of the services interleave in another way. */
const INTERLEAVINGS = 5;

export interface Sent {
  readonly ttlSec?: number;
  readonly requested?: readonly DispositionRequest[];
}

interface Word {
  /** Second at which it was observed; by default now. */
  readonly observed?: number;
  /** The second until which it speaks. */
  readonly until?: number;
  readonly source?: string;
  readonly cause?: string;
}

/** All services on a virtual clock: Alice writes to Bob, whose only device is a phone that knows neither IP nor CS at second 0. */
export class OfflinePrimary {
  private readonly outbox: Outbox;
  private start = 0;

  private constructor(private readonly world: World) {
    this.outbox = new Outbox(world);
  }

  static async plays(scenario: (stage: OfflinePrimary) => Promise<void>, policy: Partial<Policy> = {}): Promise<void> {
    for (let seed = 1; seed <= INTERLEAVINGS; seed += 1) {
      const stage = new OfflinePrimary(new World({ services, seed, faults: NO_FAULTS, policy }));
      await stage.provision();
      await scenario(stage);
    }
  }

  get smsc(): World['smsc'] {
    return this.world.smsc;
  }

  /** Lets time pass until this second. */
  async at(second: number): Promise<void> {
    await this.world.pass(this.start + second * 1000 - this.world.now);
  }

  /** The phone is out of reach: IP and CS are known to be gone. */
  async offline(): Promise<void> {
    await this.cs('UNAVAILABLE');
    await this.connect();
    await this.disconnect();
  }

  /** What the network says of the phone's CS. */
  cs(state: AccessState, { observed, until, source = 't8', cause }: Word = {}): Promise<void> {
    const observedAt = observed === undefined ? this.world.now : this.start + observed * 1000;
    return this.do(this.world.ingress(AccessObserved, {
      user: BOB, access: 'CS', state, confidence: 'DELIVERABLE', source, observedAt, ...(until !== undefined && { validUntil: this.start + until * 1000 }), ...(cause !== undefined && { cause }),
    }));
  }

  /** The packet core has the phone back. */
  radio(): Promise<void> {
    return this.do(this.world.ingress(AccessObserved, { user: BOB, access: 'IP', state: 'AVAILABLE', confidence: 'HINT', source: 't8', observedAt: this.world.now }));
  }

  connect(): Promise<void> {
    return this.do(this.world.devices.connect(BOBS_PHONE.id));
  }

  disconnect(): Promise<void> {
    return this.do(this.world.devices.disconnect(BOBS_PHONE.id));
  }

  /** The phone has a connection for so long that brings it nothing. */
  async connectInVain(seconds: number): Promise<void> {
    const connection = { user: BOB, device: BOBS_PHONE.id, access: 'IP', confidence: 'DELIVERABLE', source: `connection/${this.world.newId()}` } as const;
    await this.do(this.world.ingress(AccessObserved, { ...connection, state: 'AVAILABLE', observedAt: this.world.now }));
    await this.at(this.second(this.world.now) + seconds);
    await this.do(this.world.ingress(AccessObserved, { ...connection, state: 'UNAVAILABLE', observedAt: this.world.now }));
  }

  async text(sent: Sent = {}): Promise<string> {
    return this.send('text/plain', sent);
  }

  async image(sent: Sent = {}): Promise<string> {
    return this.send('image/png', sent);
  }

  async release(...outcome: Parameters<World['smsc']['release']>): Promise<void> {
    await this.do(this.world.smsc.release(...outcome));
  }

  /** `second SMS|UCN` of everything that left for the SMSC. */
  get left(): string[] {
    return this.world.history.of('submitted').map(({ at, form }) => `${this.second(at)} ${form}`);
  }

  /** `second frame` of every message that the phone got over IP. */
  get pushed(): string[] {
    return this.world.history.of('received').filter(({ device }) => device === BOBS_PHONE.id).map(({ at, frame }) => `${this.second(at)} ${frame}`);
  }

  /** What Alice was told of her message. */
  get reports(): string[] {
    return this.world.history.of('reported').filter(({ device }) => device === ALICES_PHONE.id).map(({ status }) => status);
  }

  /** `second reason (source: cause)` of what access-awareness told. */
  get accessChanges(): string[] {
    const access = this.world.storeOf('access-awareness').aggregates('access').find(({ stored }) => stored.id === BOB);
    const { recent } = access?.stored.state as Access;
    return recent.map(({ at, reason, source, cause }) => `${this.second(at)} ${reason} (${[source?.split('/')[0], cause].filter(Boolean).join(': ')})`);
  }

  /** `second step [reason]` of the message's journey in routing. */
  journey(messageId: string): string[] {
    const found = this.world.storeOf('routing').aggregates('delivery').find(({ stored }) => stored.id === `${BOB}|${messageId}`);
    return (found?.journey ?? []).map(({ at, step, reason }) => `${this.second(at)} ${step}${reason === undefined ? '' : ` [${reason}]`}`);
  }

  private async provision(): Promise<void> {
    for (const { user, id, role } of PHONES) {
      this.world.devices.add({ id, user, role });
      await this.do(this.world.ingress(ProvisionSubscriber, { user, commandId: this.world.newId(), primaryDevice: { id } }));
      await this.do(this.world.ingress(RegisterDevice, {
        user, commandId: this.world.newId(), device: id, name: nameOf(id), autoAnswer: { session: false, fileTransfer: false },
        capabilities: { services: ['standalone', 'chat', 'file-transfer', 'session'], contentTypes: ['*/*'], maxBytes: 1_000_000 },
      }));
    }
    this.start = this.world.now;
    await this.do(this.world.devices.connect(ALICES_PHONE.id));
  }

  private async send(contentType: string, { ttlSec = 3600, requested = ['positive-delivery', 'negative-delivery'] }: Sent): Promise<string> {
    const message = this.outbox.accept(ALICES_PHONE, { to: [BOB], contentType, requested, ttlSec });
    await this.do(this.world.ingress(OfferMessage, { message, recipient: BOB, depositSentCopy: true }));
    return message.id;
  }

  private do(running: Promise<void>): Promise<void> {
    void this.world.watch(running);
    return this.world.rest();
  }

  private second(at: number): number {
    return (at - this.start) / 1000;
  }
}
