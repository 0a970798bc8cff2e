import type { Accepted, OutgoingMessage } from '../cpm-device-options.js';
import type { Address, DeviceFailure, SessionKind } from '../stream/frames.js';
import type { HttpCalls } from './http-calls.js';

export interface OutgoingSession {
  /** Chosen at random when absent; the same id starts no second session. */
  readonly id?: string;
  readonly to: readonly Address[];
  readonly kind: SessionKind;
  readonly subject?: string;
}

export type OutgoingChatMessage = Omit<OutgoingMessage, 'to' | 'conversationId' | 'contributionId'>;

/** A session as this device's user may see it. Times are RFC 3339. */
export interface SessionView {
  readonly id: string;
  readonly kind: SessionKind;
  readonly subject?: string;
  readonly conversationId: string;
  readonly contributionId: string;
  /** The user's own part. */
  readonly status: string;
  readonly active: boolean;
  readonly participants: readonly { readonly address: Address; readonly status: string; readonly since?: string }[];
  /** The user's own devices in it. */
  readonly devices: readonly { readonly id: string; readonly state: string; readonly joinedAt?: string; readonly leftAt?: string }[];
}

/** What a device does in sessions. Every call throws CpmProblem; 409 `accepted-elsewhere` and the like name the user's `device` that was first. */
export class SessionCalls {
  constructor(private readonly calls: HttpCalls) {}

  start({ id = crypto.randomUUID(), ...session }: OutgoingSession): Promise<Accepted> {
    return this.calls.json({ method: 'POST', path: '/cpm/v1/sessions', body: { id, ...session } });
  }

  view(id: string): Promise<SessionView> {
    return this.calls.json({ method: 'GET', path: pathOf(id) });
  }

  accept(id: string): Promise<void> {
    return this.act(id, 'accept');
  }

  /** The user's no, for all his devices; with a `failure` the device's own, for itself. */
  reject(id: string, failure?: DeviceFailure): Promise<void> {
    return this.act(id, 'reject', failure === undefined ? undefined : { failure });
  }

  leave(id: string): Promise<void> {
    return this.act(id, 'leave');
  }

  /** Brings a long-lived group together again. */
  restart(id: string): Promise<void> {
    return this.act(id, 'restart');
  }

  say(id: string, { id: messageId = crypto.randomUUID(), contentType = 'text/plain', ...message }: OutgoingChatMessage): Promise<Accepted> {
    return this.calls.json({ method: 'POST', path: `${pathOf(id)}/messages`, body: { id: messageId, contentType, ...message } });
  }

  /** Tells those who take part that the user is writing (RFC 3994). */
  async composing(id: string): Promise<void> {
    await this.say(id, { contentType: 'application/im-iscomposing+xml', body: IS_COMPOSING });
  }

  private async act(id: string, what: string, body?: unknown): Promise<void> {
    await this.calls.json({ method: 'POST', path: `${pathOf(id)}/${what}`, ...(body !== undefined && { body }) });
  }
}

const IS_COMPOSING = '<?xml version="1.0" encoding="UTF-8"?><isComposing xmlns="urn:ietf:params:xml:ns:im-iscomposing"><state>active</state></isComposing>';

function pathOf(id: string): string {
  return `/cpm/v1/sessions/${encodeURIComponent(id)}`;
}
