import type { CpmAddress, DispositionRequest, Message, SessionHead } from '@cpm/vocabulary';
import { COMPOSING_TYPE } from '@cpm/vocabulary';
import type { CastDevice } from './cast.js';
import type { World } from './world.js';

/** Characters that no ten segments hold, and words that no alphabet of SMS has. */
const LONG = 800;
const NO_SMS = '\u0000';

/** Chances per mille that a file is not a small one, and how large it then is. */
const LARGE = 100;
const SIZES = [5_000, 40_000, 2_000_000, 1_500_000_000] as const;

interface Draft {
  readonly to: readonly CpmAddress[];
  readonly contentType: string;
  /** Of a text; else it greets. */
  readonly words?: string | undefined;
  readonly requested: readonly DispositionRequest[];
  readonly ttlSec: number;
  /** It is said in a session. */
  readonly session?: SessionHead;
  /** It is the offer of a file. */
  readonly isFile?: true;
}

/** The messages that the edge took from devices, in the order it took them. */
export class Outbox {
  readonly sent: Message[] = [];

  constructor(private readonly world: World) {}

  accept(device: CastDevice, draft: Draft): Message {
    const { to, requested, session } = draft;
    const { history, now } = this.world;
    const message = this.messageOf(device, draft);
    if (draft.contentType === COMPOSING_TYPE) return message;
    this.sent.push(message);
    const text = message.content.kind === 'inline' && (draft.words?.length ?? 0) < LONG && draft.words !== NO_SMS;
    history.saw(now, {
      kind: 'accepted', messageId: message.id, service: message.service ?? 'standalone', sessionId: session?.id, from: device.user, originDevice: device.id,
      to: session ? [] : to, text, requested, expiresAt: message.expiresAt,
    });
    return message;
  }

  private messageOf({ user, id: originDevice }: CastDevice, { to, contentType, words, requested, ttlSec, session, isFile }: Draft): Message {
    const { now } = this.world;
    const composing = contentType === COMPOSING_TYPE;
    const id = composing ? this.world.newId() : `m${this.sent.length + 1}`;
    const inline = composing || (contentType === 'text/plain' && !isFile);
    return {
      id, from: user, to: [...to], originDevice, conversationId: session?.conversationId ?? 'c', contributionId: session?.contributionId ?? id, contentType,
      ...(session && { service: 'chat', sessionId: session.id }), ...(isFile && { service: 'file-transfer', file: { name: `${id}.bin`, sha256: id } }),
      content: inline ? { kind: 'inline', text: words ?? `hello ${id}` } : { kind: 'stored', contentId: `f-${id}` }, size: this.sizeOf(inline),
      dispositionNotification: [...requested], sentAt: now, expiresAt: now + ttlSec * 1000,
    };
  }

  private sizeOf(inline: boolean): number {
    const { dice } = this.world;
    return inline || !dice.chance(LARGE) ? 100 : (dice.oneOf(SIZES) as number);
  }
}
