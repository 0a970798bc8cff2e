import { AccessObserved } from '@cpm/contracts-access-awareness';
import { ProvisionSubscriber, RegisterDevice, SetPreferences } from '@cpm/contracts-device-registry';
import { OfferMessage, RevokeMessage, SubmitMessage } from '@cpm/contracts-routing';
import type { CpmAddress, Message } from '@cpm/vocabulary';
import { castDevice, DEVICES, nameOf, recent, USERS, type CastDevice } from './cast.js';
import { Conversations } from './conversations.js';
import { Features } from './features/features.js';
import { FileOffers } from './file-offers.js';
import { Outbox } from './outbox.js';
import type { Size } from './size.js';
import type { Operation, OperationOf } from './workload.js';
import type { World } from './world.js';

const SETTLED_MS = 1_000;
/** Chance per mille that a device takes sessions or files by itself. */
const AUTO = 200;
/** Chances per mille that a run begins without connections, and else that a device has one. */
const CONNECTIONS: Record<Size, { readonly alone: number; readonly connected: number }> = { long: { alone: 250, connected: 800 }, short: { alone: 350, connected: 400 } };
/** That a message is taken back before it is there, and that another sender's of the same name comes after it. */
const HASTY = 30;
const NAMESAKE = 20;

/** Plays operations against a world. Submissions, like real ones, may be repeated by their client. */
export class Player {
  private readonly outbox: Outbox;
  private readonly conversations: Conversations;
  private readonly files: FileOffers;
  private readonly features: Features;

  constructor(private readonly world: World) {
    this.outbox = new Outbox(world);
    this.conversations = new Conversations(world, this.outbox);
    this.files = new FileOffers(world, this.outbox);
    this.features = new Features(world, world.network, world.boxes);
  }

  /** Everybody gets his devices, at the same time. */
  async provision(): Promise<void> {
    for (const user of USERS) void this.world.watch(this.subscribe(DEVICES.filter((device) => device.user === user)));
    await this.world.rest();
  }

  async begin(size: Size): Promise<void> {
    const { world } = this;
    const { alone, connected } = CONNECTIONS[size];
    for (const { user, id, role } of DEVICES) world.devices.add({ id, user, role });
    if (world.dice.chance(alone)) return;
    for (const { id, registers } of DEVICES) if (registers && world.dice.chance(connected)) void world.watch(world.devices.connect(id));
    await world.rest();
  }

  /** Starts an operation; it goes on while later ones start, unless it lets time pass. */
  async play(operation: Operation): Promise<void> {
    if (operation.op === 'pass') return this.world.pass(operation.ms);
    if (operation.op === 'rest') return this.world.rest();
    if (operation.op === 'read-in-private') return this.readInPrivate(operation);
    void this.world.watch(this.start(operation));
    for (let steps = this.world.dice.below(12); steps > 0 && this.world.steps.pending > 0; steps -= 1) await this.world.steps.advance();
    return undefined;
  }

  /** The Primary comes first. */
  private async subscribe(devices: readonly CastDevice[]): Promise<void> {
    for (const device of devices) {
      const { user, id, role, registers } = device;
      if (role === 'primary') await this.world.ingress(ProvisionSubscriber, { user, commandId: this.world.newId(), primaryDevice: { id } });
      if (registers) await this.register(device);
    }
  }

  private register({ user, id }: CastDevice): Promise<void> {
    const { dice } = this.world;
    return this.world.ingress(RegisterDevice, {
      user, commandId: this.world.newId(), device: id, name: nameOf(id), autoAnswer: { session: dice.chance(AUTO), fileTransfer: dice.chance(AUTO) },
      capabilities: { services: ['standalone', 'chat', 'file-transfer', 'session'], contentTypes: ['*/*'], maxBytes: 1_000_000 },
    });
  }

  private start(operation: Exclude<Operation, { op: 'pass' | 'rest' | 'read-in-private' }>): Promise<void> {
    switch (operation.op) {
      case 'send':
        return this.send(operation);
      case 'connect':
        return this.world.devices.connect(castDevice(operation.device).id);
      case 'disconnect':
        return this.world.devices.disconnect(castDevice(operation.device).id);
      case 'cs':
      case 'radio':
        return this.world.ingress(AccessObserved, {
          user: USERS[operation.user] as CpmAddress, state: operation.up ? 'AVAILABLE' : 'UNAVAILABLE', source: 't8', observedAt: this.world.now,
          ...(operation.op === 'cs' ? { access: 'CS', confidence: 'DELIVERABLE' } : { access: 'IP', confidence: 'HINT' }),
        });
      case 'display':
        return this.display(operation);
      case 'revoke':
        return this.revoke(operation.message);
      case 'privacy':
        return this.privacy(operation.user, operation.sendReadReports);
      case 'start': case 'act': case 'accept-at-once': case 'say': case 'reply':
        return this.conversations.start(operation);
      case 'offer': case 'answer': case 'take-at-once': case 'cancel': case 'progress':
        return this.files.start(operation);
      default:
        return this.features.play(operation);
    }
  }

  private async send({ from, to, text, words, requested, ttlSec }: OperationOf<'send'>): Promise<void> {
    const recipients = to.map((index) => USERS[index] as CpmAddress);
    const sender = USERS[from] as CpmAddress;
    const device = DEVICES.find(({ user }) => user === sender) as CastDevice;
    const message = this.outbox.accept(device, { to: recipients, contentType: text ? 'text/plain' : 'image/png', words, requested, ttlSec });
    const [only] = recipients;
    const { dice, now } = this.world;
    // On a shorter way than it comes, it is taken back.
    if (only && dice.chance(HASTY)) await this.world.ingress(RevokeMessage, { messageId: message.id, sender, device: device.id, recipient: only, at: now });
    if (recipients.length === 1 && only) await this.world.ingress(OfferMessage, { message, recipient: only, depositSentCopy: true });
    else await this.world.ingress(SubmitMessage, { message, recipients });
    if (recipients.length === 1 && only && dice.chance(NAMESAKE)) await this.world.ingress(OfferMessage, { message: { ...message, from: USERS[2] as CpmAddress }, recipient: only, depositSentCopy: false });
  }

  /** From the store a user can open what the device never got. */
  private async display({ device: index, message: position, fromStore }: OperationOf<'display'>): Promise<void> {
    const device = this.world.devices.get(castDevice(index).id);
    const message = recent(this.outbox.sent.filter(({ to }) => to.includes(device.user)), position);
    if (!message || !(device.messages.has(message.id) || (fromStore && this.isStored(device.user, message)))) return;
    await this.world.devices.dispose(device, message.id, 'displayed');
  }

  /** The setting is known everywhere before the message is opened, so that nobody can say it came too late. */
  private async readInPrivate({ device, message }: OperationOf<'read-in-private'>): Promise<void> {
    void this.world.watch(this.privacy(USERS.indexOf(castDevice(device).user), false));
    await this.world.pass(SETTLED_MS);
    void this.world.watch(this.display({ op: 'display', device, message, fromStore: true }));
  }

  private isStored(user: CpmAddress, { id }: Message): boolean {
    return this.world.storeOf('message-store-sync').rows('objects').has(`${user}|in-${id}`);
  }

  private async revoke(position: number): Promise<void> {
    const message = recent(this.outbox.sent, position);
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
  }
}
