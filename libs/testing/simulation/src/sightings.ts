import type { Message, MessageService, SessionKind } from '@cpm/vocabulary';

/** What a device asks and is answered. */
export type Act = 'accept' | 'reject' | 'leave' | 'restart' | 'accept-file' | 'reject-file';

export interface AcceptedMessage {
  readonly messageId: string;
  readonly service: MessageService;
  /** Only of chat messages, whose recipients are known when they were relayed. */
  readonly sessionId: string | undefined;
  readonly from: string;
  readonly originDevice: string;
  readonly to: readonly string[];
  readonly text: boolean;
  readonly requested: readonly string[];
  readonly expiresAt: number;
}

/** What devices, the SMSC and the sender saw. */
export type Seen =
  | ({ kind: 'accepted' } & AcceptedMessage)
  | { kind: 'received'; device: string; messageId: string; role: 'primary' | 'secondary'; frame: string; cursor: number }
  | { kind: 'reported'; device: string; messageId: string; recipient: string; status: string; reportId: string; cursor: number }
  /** The SMSC was asked; what it took is `submitted` as well. `source`: the leased number it came from; `textId`: the same for all that one text tells of. */
  | { kind: 'attempted'; messageId: string; user: string; form: string; textId: string; source: string | undefined }
  | { kind: 'submitted'; messageId: string; user: string; form: string; textId: string; attempt: number; known: boolean }
  | { kind: 'sms-received'; messageId: string; user: string; form: string; source: string | undefined }
  | { kind: 'sms-failed'; messageId: string; user: string; form: string }
  /** A handset answers to a leased number. */
  | { kind: 'replied'; user: string; number: string; text: string }
  | { kind: 'acknowledged'; device: string; messageId: string; status: string }
  /** His card is in another device, which is the Primary from now on. */
  | { kind: 'sim-moved'; user: string }
  /** A device may have another name than it had. */
  | { kind: 'renamed'; user: string }
  /** The operator decided otherwise. */
  | { kind: 'policy'; names: readonly string[] }
  /** Its user took it out of his subscription: nothing is told to it any more. */
  | { kind: 'device-removed'; device: string }
  /** Somebody asked for his erasure. */
  | { kind: 'erased'; user: string }
  /** He was removed or erased: what was under way for or from him need not end. */
  | { kind: 'unsettled'; user: string }
  /** The registry has decided that it is so from now on: what a removed user sets it refuses. */
  | { kind: 'privacy'; user: string; sendReadReports: boolean }
  /** The registry has decided that of these services some device of his is to get notifications only. */
  | { kind: 'notified-only'; user: string; services: readonly string[] }
  | { kind: 'session-started'; sessionId: string; device: string; users: readonly string[]; sessionKind: SessionKind }
  /** A frame about a session or a file, but no message. */
  | { kind: 'told'; device: string; frame: string; subject: string; reason: string | undefined; cursor: number }
  | { kind: 'asked'; device: string; subject: string; act: Act; failure: boolean; commandId: string }
  /** `round` counts the starts of the session; undefined where it is not known in which round it was decided. */
  | { kind: 'answered'; device: string; subject: string; act: Act; failure: boolean; outcome: Outcome; round: number | undefined }
  | { kind: 'progressed'; device: string; transferId: string; progress: 'completed' | 'interrupted' }
  /** The focus of a session gave a chat message its place. */
  | { kind: 'relayed'; sessionId: string; message: Message };

/** Of every command: `device` is the name of the user's own device that came first. */
export interface Outcome {
  readonly status: 'ok' | 'accepted' | 'rejected' | 'refused';
  readonly code?: string;
  readonly device?: string;
}

export type SeenOf<Kind extends Seen['kind']> = Extract<Seen, { kind: Kind }> & { readonly at: number; readonly order: number };
