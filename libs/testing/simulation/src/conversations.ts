import { ActInSession, SendChatMessage } from '@cpm/contracts-routing';
import { SmsReceived } from '@cpm/contracts-sms-interworking-gateway';
import { sessionEvents } from '@cpm/domain-client-edge';
import type { Participation } from '@cpm/domain-routing';
import { COMPOSING_TYPE, type CpmAddress, type SessionHead, type SessionKind } from '@cpm/vocabulary';
import { castDevice, CLIENTS, clientsOf, recent, USERS, type CastDevice } from './cast.js';
import type { Outbox } from './outbox.js';
import type { OperationOf } from './workload.js';
import type { World } from './world.js';

type SessionOperation = OperationOf<'start' | 'act' | 'accept-at-once' | 'say' | 'reply'>;

/** Chances per mille that a device acts which was not invited. */
const STRANGER = 200;
/** And that one which was waits for the invitation. */
const PATIENT = 700;
const KINDS: readonly SessionKind[] = ['one-to-one', 'closed-group', 'long-lived-group'];

/** What devices and handsets do about sessions, as far as the edge lets them: who is no participant is refused there. */
export class Conversations {
  private readonly sessions: SessionHead[] = [];
  private begun = 0;
  private replies = 0;

  constructor(
    private readonly world: World,
    private readonly outbox: Outbox,
  ) {}

  async start(operation: SessionOperation): Promise<void> {
    // Without a session there is nothing to say: somebody begins one.
    if (this.sessions.length === 0 && operation.op !== 'start' && operation.op !== 'reply') await this.begin(this.opening());
    switch (operation.op) {
      case 'start':
        return this.begin(operation);
      case 'act':
        return this.act(this.concerned(operation), operation.session, operation);
      case 'accept-at-once':
        return this.acceptAtOnce(operation);
      case 'say':
        return this.say(operation);
      case 'reply':
        return this.reply(operation.text);
    }
  }

  private async begin({ device: index, kind, to }: Omit<OperationOf<'start'>, 'op'>): Promise<void> {
    const { user, id: device } = castDevice(index);
    const others = to.map((position) => USERS[position] as CpmAddress).filter((address) => address !== user);
    if (others.length === 0) return;
    const id = `s${(this.begun += 1)}`;
    const participants = [user, ...(kind === 'one-to-one' ? others.slice(0, 1) : others)];
    const session: SessionHead = { id, creator: user, kind, participants, conversationId: `conversation-${id}`, contributionId: `contribution-${id}` };
    this.world.history.saw(this.world.now, { kind: 'session-started', sessionId: id, device, users: participants, sessionKind: kind });
    for (const { contract, payload } of sessionEvents(session, device, this.world.now)) await this.world.ingress(contract, payload);
    // Nobody knows of it before the edge has answered.
    this.sessions.push(session);
  }

  private opening(): Omit<OperationOf<'start'>, 'op'> {
    const { dice } = this.world;
    const device = dice.below(CLIENTS);
    const kind = KINDS[dice.below(KINDS.length)] as SessionKind;
    // Everybody else is asked; of one-to-one sessions the first.
    return { device, kind, to: kind === 'one-to-one' ? [castDevice(device).user === USERS[0] ? 1 : 0] : [0, 1, 2] };
  }

  /** Mostly a device that was invited, sometimes one that was not. */
  private concerned({ device, session }: OperationOf<'act'>): CastDevice {
    const own = castDevice(device);
    const participants = recent(this.sessions, session)?.participants ?? [];
    if (participants.includes(own.user) || this.world.dice.chance(STRANGER)) return own;
    return this.world.dice.oneOf(clientsOf(participants)) ?? own;
  }

  private async act({ user, id: device }: CastDevice, position: number, { act, failure }: Pick<OperationOf<'act'>, 'act' | 'failure'>): Promise<void> {
    const session = recent(this.sessions, position);
    if (!session) return;
    if (this.world.dice.chance(PATIENT)) await this.world.await(() => this.maySpeak(user, session));
    const command: ActInSession = {
      commandId: this.world.newId(), user, device, sessionId: session.id, act, ...(act === 'reject' && failure !== undefined && { failure }), at: this.world.now,
    };
    await this.world.asks.ask(ActInSession, command, { device, subject: session.id, act, failure: command.failure !== undefined });
  }

  private async acceptAtOnce({ user, session }: OperationOf<'accept-at-once'>): Promise<void> {
    const participants = recent(this.sessions, session)?.participants ?? [];
    const own = USERS[user] as CpmAddress;
    const devices = clientsOf([participants.includes(own) ? own : (participants[0] ?? own)]);
    await Promise.all(devices.map((device) => this.act(device, session, { act: 'accept', failure: undefined })));
  }

  private async say({ device: index, session: position, text, composing, requested, ttlSec }: OperationOf<'say'>): Promise<void> {
    const device = castDevice(index);
    const session = recent(this.sessions, position);
    if (!session) return;
    await this.world.await(() => this.maySpeak(device.user, session));
    if (!this.maySpeak(device.user, session)) return;
    const contentType = composing ? COMPOSING_TYPE : text ? 'text/plain' : 'image/png';
    const to = session.participants.filter((user) => user !== device.user);
    const message = this.outbox.accept(device, { to, contentType, requested, ttlSec, session });
    await this.world.ingress(SendChatMessage, { user: device.user, sessionId: session.id, message, via: 'IP' });
  }

  /** The edge lets the creator, and everybody whom routing has invited. */
  private maySpeak(user: CpmAddress, { id, creator }: SessionHead): boolean {
    const part = this.world.storeOf('routing').aggregates('participation').find(({ stored }) => stored.id === `${user}|${id}`);
    return user === creator || (part?.stored.state as Participation | undefined)?.session?.id === id;
  }

  /** A handset answers one of the group texts that it got last. */
  private async reply(position: number): Promise<void> {
    const texts = this.world.history.of('sms-received').filter(({ source }) => source !== undefined);
    const got = recent(texts, position);
    if (got?.source === undefined) return;
    const text = `reply ${(this.replies += 1)}`;
    this.world.history.saw(this.world.now, { kind: 'replied', user: got.user, number: got.source, text });
    await this.world.ingress(SmsReceived, { user: got.user as CpmAddress, to: got.source, text, at: this.world.now });
  }
}
