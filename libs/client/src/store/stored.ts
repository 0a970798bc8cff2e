import type { OutgoingMessage } from '../cpm-device-options.js';

/** One part of an object's content. `href` is a path or an absolute URL; `size` in bytes. */
export interface PayloadPart {
  readonly contentType: string;
  readonly size: number;
  readonly href: string;
  readonly contentId?: string;
  readonly contentDisposition?: string;
}

/** An object of the message store as the server last told it. */
export interface StoredObject {
  /** Last part of its resourceURL. */
  readonly id: string;
  /** Id of its folder. */
  readonly folder: string;
  readonly folderPath: string;
  /** imdn.Message-ID; of a report: of the message it is about. */
  readonly correlationId?: string;
  readonly correlationTag?: string;
  readonly lastModSeq: number;
  readonly flags: readonly string[];
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  readonly payloadUrl?: string;
  readonly payloadParts: readonly PayloadPart[];
  /** The number of the full search it was last found in or since. */
  readonly search: number;
}

export interface StoredFolder {
  readonly id: string;
  /** Id of the folder above. */
  readonly parent: string;
  readonly name: string;
  readonly path: string;
  readonly lastModSeq: number;
  readonly search: number;
}

/** Up to where this device knows its box. */
export interface SyncPosition {
  /** Id of the subscription. */
  readonly subscription: string;
  /** Of the last list that was applied. */
  readonly index: number;
  readonly restartToken: string;
  /** Counts the full searches; what an older one found and this one did not is not there any more. */
  readonly search: number;
  /** A full search is to be done, or to go on from its cursor. */
  readonly searching?: { readonly cursor?: string; readonly found: number };
}

export interface DraftContent {
  readonly to?: readonly string[];
  readonly subject?: string;
  readonly text?: string;
  /** `text/plain` when absent. */
  readonly contentType?: string;
  readonly conversationId?: string;
}

type Operation =
  | { readonly type: 'add-flags' | 'remove-flags'; readonly object: string; readonly flags: readonly string[] }
  | { readonly type: 'move'; readonly object: string; readonly folder: string }
  | { readonly type: 'delete'; readonly object: string }
  /** `object` and `folder` are made up here until the server has given its own. `isAttempted`: it may have this draft already. */
  | { readonly type: 'create-draft'; readonly object: string; readonly draft: DraftContent; readonly at: string; readonly isAttempted?: boolean }
  | { readonly type: 'create-folder'; readonly folder: string; readonly name: string; readonly parent: string }
  | { readonly type: 'rename-folder'; readonly folder: string; readonly name: string }
  | { readonly type: 'delete-folder'; readonly folder: string }
  | { readonly type: 'report'; readonly messageId: string; readonly status: 'delivered' | 'displayed' };

/** What the user did here and the server does not know yet, in order of `order`. */
export type PendingOperation = Operation & { readonly order: number };
export type NewOperation = Operation;

/** A message of this device until its copy is in the store. */
export interface UnsentMessage {
  /** Its imdn.Message-ID. */
  readonly id: string;
  readonly message: OutgoingMessage;
  /** RFC 3339. */
  readonly at: string;
  /** `accepted`: the server has it and its copy in the store is to come; `refused`: it will not be sent as it is. */
  readonly state: 'waiting' | 'accepted' | 'refused';
  /** The number of the last full search when it was accepted: a later one finds its copy, or there is none any more. */
  readonly search?: number;
}

/** An Undelivered Content Notification that came as SMS. */
export interface Ucn {
  /** Of the SMS. */
  readonly id: string;
  readonly from: string;
  readonly text: string;
  /** RFC 3339. */
  readonly at: string;
  /** `#XXXXXX`, as far as its originals are still to be obtained; `#+XXXXXX` of a summary whose originals are not known yet. */
  readonly refs: readonly string[];
  /** `unavailable`: what it told of expired or was deleted before it was obtained. */
  readonly state: 'waiting' | 'unavailable';
  /** It tells of several, which the store names. */
  readonly isSummary?: boolean;
  /** Of several originals, one went before it was obtained. */
  readonly hasLost?: boolean;
  /** A search, or for a summary any synchronisation, found none of its originals; should one come after all, it takes its place. */
  readonly isMissing?: boolean;
  /** The user removed it: its original is obtained all the same. */
  readonly isRemoved?: boolean;
}

/** An SMS that may be a copy of a message of the store; without its text. */
export interface ReceivedSms {
  readonly id: string;
  readonly correlationTag: string;
  /** RFC 3339. */
  readonly at: string;
  /** Id of the object it is a copy of, or that it told of and that is here now: not to be shown besides it. */
  readonly copyOf?: string;
  /** It was taken for a notification, which is not begun anew when it is told again. */
  readonly isUcn?: boolean;
}
