import type { CpmAddress, DeviceId, Message, SessionHead, SessionKind } from '@cpm/vocabulary';
import { ActInSession, InviteParticipant, SendChatMessage, StartSession, type ActionOutcome } from '@cpm/contracts-routing';
import { ALICE, ALICES_PHONE, BOB, device, LAPTOP, PHONE, Scenario, TABLET, text } from '../scenario.fixture.js';
import { focus, focusId } from './focus.aggregate.js';
import type { Focus } from './focus.js';
import { participation, participationId } from './participation.aggregate.js';
import type { Participation } from './participation.js';

export const CAROL = 'tel:+4915130000003' as CpmAddress;
export const CAROLS_PHONE = 'urn:uuid:00000000-0000-4000-8000-00000000000c' as DeviceId;

const NAMES: Readonly<Record<string, string>> = { [PHONE]: 'phone', [TABLET]: 'tablet', [LAPTOP]: 'laptop', [ALICES_PHONE]: 'alice', [CAROLS_PHONE]: 'carol' };
const OWNERS: Readonly<Record<string, CpmAddress>> = { [ALICES_PHONE]: ALICE, [CAROLS_PHONE]: CAROL };

/** Alice, Bob with three devices, and Carol, in sessions. */
export class SessionScenario extends Scenario {
  private commands = 0;
  private messages = 0;

  /** Everybody has IP; `bobs` changes Bob's devices. */
  static ready(bobs: Parameters<Scenario['subscriber']>[0] = [device(PHONE), device(TABLET), device(LAPTOP)]): SessionScenario {
    const scenario = new SessionScenario();
    scenario.subscriber([device(ALICES_PHONE, { role: 'primary' })], { user: ALICE });
    scenario.subscriber([device(CAROLS_PHONE, { role: 'primary' })], { user: CAROL });
    scenario.subscriber(bobs);
    for (const id of [ALICES_PHONE, CAROLS_PHONE, ...(bobs ?? []).map(({ id: bobsDevice }) => bobsDevice)]) scenario.access(id, 'AVAILABLE');
    return scenario;
  }

  start(kind: SessionKind = 'one-to-one', others: readonly CpmAddress[] = [BOB]): this {
    const session: SessionHead = { id: 's1', creator: ALICE, kind, participants: [ALICE, ...others], conversationId: 'conversation-1', contributionId: 'contribution-1' };
    const { now: at } = this;
    this.hear(InviteParticipant, { user: ALICE, session, generation: 1, from: ALICE, admitted: ALICES_PHONE, expiresAt: at, at });
    this.hear(StartSession, { session, device: ALICES_PHONE, at });
    return this;
  }

  act(id: DeviceId, act: ActInSession['act'], failure?: ActInSession['failure']): ActionOutcome {
    const commandId = `c${(this.commands += 1)}`;
    this.hear(ActInSession, { commandId, user: OWNERS[id] ?? BOB, device: id, sessionId: 's1', act, ...(failure && { failure }), at: this.now });
    return this.answers.get(commandId) as ActionOutcome;
  }

  /** Its id. */
  say(id: DeviceId, body = 'Hello', change: Partial<Message> = {}): string {
    const user = OWNERS[id] ?? BOB;
    const messageId = `t${(this.messages += 1)}`;
    const message = text(body, { id: messageId, from: user, to: [], originDevice: id, service: 'chat', sessionId: 's1', sentAt: this.now, ...change });
    this.hear(SendChatMessage, { user, sessionId: 's1', message, via: 'IP' });
    return messageId;
  }

  /** `type to reason device` of session frames since the last look. */
  told(): string[] {
    const told = this.frames().map(({ type, devices, data }) => {
      const to = (devices as DeviceId[]).map((id) => NAMES[id]).join('+');
      const content = (type === 'session.message' ? data['body'] : data['reason']) as string | undefined;
      return [type.slice('session.'.length), to, content, type === 'session.message' ? undefined : NAMES[data['device'] as string]].filter((part) => part !== undefined).join(' ');
    });
    this.fresh();
    return told;
  }

  partOf(user: CpmAddress): Participation {
    return this.state<Participation>(participation, participationId(user, 's1'));
  }

  get focus(): Focus {
    return this.state<Focus>(focus, focusId(ALICE, 's1'));
  }
}
