/** CPM Address: `tel:+E164` or `sip:user@domain`. */
export type Address = string;
export type DispositionRequest = 'positive-delivery' | 'negative-delivery' | 'display' | 'interworking';
export type Service = 'standalone' | 'chat' | 'file-transfer' | 'session';
export type SessionKind = 'one-to-one' | 'closed-group' | 'long-lived-group';
/** Why a device cannot take part: says nothing of its user. */
export type DeviceFailure = 'busy' | 'unavailable' | 'unsupported' | 'not-acceptable';
export type EndReason =
  | 'accepted-elsewhere' | 'rejected-elsewhere' | 'answered-elsewhere' | 'cancelled-by-sender' | 'expired' | 'rejected' | 'unavailable' | 'left' | 'left-elsewhere'
  | 'inactivity' | 'completed' | (string & {});

interface MessageHead {
  readonly id: string;
  readonly from: Address;
  readonly to: readonly Address[];
  readonly sessionId?: string;
  readonly conversationId: string;
  readonly contributionId: string;
  readonly inReplyTo?: string;
  readonly contentType: string;
  /** Bytes. */
  readonly size: number;
  /** RFC 3339. */
  readonly sentAt: string;
  readonly dispositionNotification: readonly DispositionRequest[];
}

/** The content is inline (`body`) or to be fetched (`fileUrl`). */
export type MessageData = MessageHead & { readonly body?: string; readonly fileUrl?: string };

export interface FileOffer {
  readonly id: string;
  readonly from: Address;
  readonly to: Address;
  readonly fileName?: string;
  readonly contentType: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

export interface SessionInvitation {
  readonly id: string;
  readonly from: Address;
  readonly kind: SessionKind;
  readonly participants: readonly Address[];
  readonly subject?: string;
  readonly conversationId: string;
  readonly contributionId: string;
}

interface Ended {
  readonly id: string;
  /** Of a file: which of its recipients; for the sender. */
  readonly recipient?: Address;
  readonly reason?: EndReason;
  /** Name of the user's own device that decided. */
  readonly device?: string;
}

/** Data of each type of frame. */
export interface FrameData {
  'message.received': MessageData;
  'message.available': MessageHead & { readonly objectUrl: string };
  'message.sent': MessageData;
  disposition: { readonly messageId: string; readonly recipient: Address; readonly status: 'delivered' | 'displayed' | 'failed' | 'interworked' | 'stored'; readonly at: string };
  'message.revoked': { readonly messageId?: string; readonly id?: string } & Readonly<Record<string, unknown>>;
  'file-transfer.invited': FileOffer;
  /** For the sender: a recipient took it. With `fileUrl`: this device is to fetch it. */
  'file-transfer.accepted': Ended & Partial<FileOffer> & { readonly fileUrl?: string };
  'file-transfer.cancelled': Ended;
  'file-transfer.ended': Ended;
  'session.invited': SessionInvitation & { readonly expiresAt: string };
  'session.established': SessionInvitation & { readonly device?: string };
  'session.cancelled': Ended;
  'session.closed': Ended;
  'session.message': MessageData;
  'store.changed': { readonly lastModSeq: number } & Readonly<Record<string, unknown>>;
  'sync.hint': Readonly<Record<string, unknown>>;
  'devices.changed': Readonly<Record<string, unknown>>;
}
export type FrameType = keyof FrameData;

/** One downlink frame; `cursor` is where to go on from. */
export type Frame<Type extends FrameType = FrameType> = {
  [T in Type]: { readonly cursor: string; readonly type: T; readonly at: string; readonly data: FrameData[T] };
}[Type];
