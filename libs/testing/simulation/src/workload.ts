import { AccessObserved } from '@cpm/contracts-access-awareness';
import { ProvisionSubscriber, RegisterDevice, SetPreferences } from '@cpm/contracts-device-registry';
import { OfferMessage, RevokeMessage, SubmitMessage } from '@cpm/contracts-routing';
import type { CpmAddress, DeviceId, DispositionRequest, Message } from '@cpm/vocabulary';
import fc from 'fast-check';
import type { World } from './world.js';

const ALICE = 'tel:+4915110000001' as CpmAddress;
const BOB = 'tel:+4915110000002' as CpmAddress;
const CAROL = 'tel:+4915110000003' as CpmAddress;
const USERS = [ALICE, BOB, CAROL] as const;

const device = (user: number, index: number) => `urn:uuid:00000000-0000-4000-8000-00000000${user}00${index}` as DeviceId;

/** Alice has a phone and a laptop, Bob a phone, a tablet and a PC, Carol only a phone that never registered: she sends nothing. */
const DEVICES = [
  { user: ALICE, id: device(1, 0), role: 'primary' as const }, { user: ALICE, id: device(1, 1), role: 'secondary' as const },
  { user: BOB, id: device(2, 0), role: 'primary' as const }, { user: BOB, id: device(2, 1), role: 'secondary' as const },
  { user: BOB, id: device(2, 2), role: 'secondary' as const },
  { user: CAROL, id: device(3, 0), role: 'primary' as const },
];

export type Operation =
  | { op: 'send'; from: number; to: readonly number[]; text: boolean; requested: readonly DispositionRequest[]; ttlSec: number }
  | { op: 'connect' | 'disconnect'; device: number }
  | { op: 'cs'; user: number; up: boolean }
  | { op: 'display'; device: number; message: number }
  | { op: 'revoke'; message: number }
  | { op: 'privacy'; user: number; sendReadReports: boolean }
  | { op: 'pass'; ms: number }
  | { op: 'rest' };

const requested = fc.subarray<DispositionRequest>(['positive-delivery', 'negative-delivery', 'display', 'interworking']);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('send' as const), from: fc.nat(1), to: fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 2 }), text: fc.boolean(), requested, ttlSec: fc.constantFrom(20, 600, 86_400) }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constantFrom('connect' as const, 'disconnect' as const), device: fc.nat(DEVICES.length - 2) }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('cs' as const), user: fc.nat(2), up: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('display' as const), device: fc.nat(DEVICES.length - 1), message: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('revoke' as const), message: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('privacy' as const), user: fc.nat(2), sendReadReports: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('pass' as const), ms: fc.constantFrom(500, 5_000, 12_000, 16_000, 40_000) }) },
  { weight: 2, arbitrary: fc.constant({ op: 'rest' as const }) },
);

export const workload = fc.array(operation, { minLength: 3, maxLength: 25 });

/** Plays operations against a world. Submissions, like real ones, may be repeated by their client. */
export class Player {
  private readonly sent: Message[] = [];

  constructor(private readonly world: World) {}

  async provision(): Promise<void> {
    for (const { user, id, role } of DEVICES) {
      this.world.devices.add({ id, user, role });
      if (role === 'primary') void this.world.watch(this.world.ingress(ProvisionSubscriber, { user, commandId: this.world.newId(), primaryDevice: { id } }));
      await this.world.rest();
      if (user === CAROL) continue;
      void this.world.watch(this.world.ingress(RegisterDevice, {
        user, commandId: this.world.newId(), device: id, name: id.slice(-4), autoAnswer: { session: false, fileTransfer: false },
        capabilities: { services: ['standalone'], contentTypes: ['*/*'], maxBytes: 1_000_000 },
      }));
      await this.world.rest();
    }
  }

  /** Starts an operation; it goes on while later ones start, unless it lets time pass. */
  async play(operation: Operation): Promise<void> {
    if (operation.op === 'pass') return this.world.pass(operation.ms);
    if (operation.op === 'rest') return this.world.rest();
    void this.world.watch(this.start(operation));
    for (let steps = this.world.dice.below(12); steps > 0 && this.world.steps.pending > 0; steps -= 1) await this.world.steps.advance();
    return undefined;
  }

  private async start(operation: Exclude<Operation, { op: 'pass' | 'rest' }>): Promise<void> {
    switch (operation.op) {
      case 'send':
        return this.send(operation);
      case 'connect':
        return this.world.devices.connect((DEVICES[operation.device] as (typeof DEVICES)[number]).id);
      case 'disconnect':
        return this.world.devices.disconnect((DEVICES[operation.device] as (typeof DEVICES)[number]).id);
      case 'cs':
        return this.world.ingress(AccessObserved, {
          user: USERS[operation.user] as CpmAddress, access: 'CS', state: operation.up ? 'AVAILABLE' : 'UNAVAILABLE', confidence: 'DELIVERABLE', source: 't8', observedAt: this.world.now,
        });
      case 'display':
        return this.display(operation.device, operation.message);
      case 'revoke':
        return this.revoke(operation.message);
      case 'privacy':
        return this.privacy(operation.user, operation.sendReadReports);
    }
  }

  private async send({ from, to, text, requested: dispositionNotification, ttlSec }: Extract<Operation, { op: 'send' }>): Promise<void> {
    const recipients = to.map((index) => USERS[index] as CpmAddress);
    const sender = USERS[from] as CpmAddress;
    const originDevice = (DEVICES.find(({ user }) => user === sender) as (typeof DEVICES)[number]).id;
    const id = `m${this.sent.length + 1}`;
    const message: Message = {
      id, from: sender, to: recipients, originDevice, conversationId: 'c', contributionId: id, contentType: text ? 'text/plain' : 'image/png',
      content: text ? { kind: 'inline', text: `hello ${id}` } : { kind: 'stored', contentId: `f-${id}` }, size: 100, dispositionNotification: [...dispositionNotification],
      sentAt: this.world.now, expiresAt: this.world.now + ttlSec * 1000,
    };
    this.sent.push(message);
    this.world.history.saw(this.world.now, { kind: 'accepted', messageId: id, from: sender, originDevice, to: recipients, text, requested: dispositionNotification, expiresAt: message.expiresAt });
    const [only] = recipients;
    if (recipients.length === 1 && only) await this.world.ingress(OfferMessage, { message, recipient: only, depositSentCopy: true });
    else await this.world.ingress(SubmitMessage, { message, recipients });
  }

  private async display(index: number, message: number): Promise<void> {
    const device = this.world.devices.get((DEVICES[index] as (typeof DEVICES)[number]).id);
    const messageId = `m${message + 1}`;
    if (device.messages.has(messageId)) await this.world.devices.dispose(device, messageId, 'displayed');
  }

  private async revoke(index: number): Promise<void> {
    const message = this.sent[index];
    for (const recipient of message?.to ?? []) {
      if (message) await this.world.ingress(RevokeMessage, { messageId: message.id, sender: message.from, device: message.originDevice, recipient, at: this.world.now });
    }
  }

  private async privacy(user: number, sendReadReports: boolean): Promise<void> {
    const address = USERS[user] as CpmAddress;
    await this.world.ingress(SetPreferences, {
      user: address, commandId: this.world.newId(),
      preferences: { activeProfile: 'p', profiles: { p: { sendReadReports, deviceRules: [], syncRules: [] } } },
    });
    this.world.history.saw(this.world.now, { kind: 'privacy', user: address, sendReadReports });
  }
}
