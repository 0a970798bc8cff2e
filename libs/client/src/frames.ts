/** CPM Address: `tel:+E164` or `sip:user@domain`. */
export type Address = string;
export type DispositionRequest = 'positive-delivery' | 'negative-delivery' | 'display' | 'interworking';
export type Service = 'standalone' | 'chat' | 'file-transfer' | 'session';
export type EndReason = 'accepted-elsewhere' | 'rejected-elsewhere' | 'answered-elsewhere' | 'cancelled-by-sender' | 'expired' | (string & {});

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

interface Ended {
  readonly id: string;
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
  'file-transfer.invited': { readonly id: string; readonly from: Address; readonly to: readonly Address[]; readonly fileName?: string; readonly contentType: string; readonly size: number; readonly sha256: string; readonly expiresAt: string };
  'file-transfer.accepted': Ended;
  'file-transfer.cancelled': Ended;
  'file-transfer.ended': Ended;
  'session.invited': { readonly id: string; readonly from: Address; readonly kind: string; readonly participants: readonly Address[]; readonly subject?: string; readonly expiresAt: string };
  'session.established': Ended;
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
