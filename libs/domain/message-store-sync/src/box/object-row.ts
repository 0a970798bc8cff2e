import { classOf, serviceOf, storedObjectId, type CpmAddress, type Direction, type DispositionRequest, type DispositionStatus, type Instant, type MessageService } from '@cpm/vocabulary';
import type { DepositObject, RecordDisposition } from '@cpm/contracts-message-store-sync';

export const OBJECTS_TABLE = 'objects';

/** The folder of a conversation: one per other party, or per group, which is named by its Conversation-ID. */
export function conversationFolder(party: string): string {
  return `/main/${party}`;
}

/** Message-Context of OMA NMS. */
export type MessageContext = 'standalone-message' | 'chat-message' | 'file-message' | 'imdn-message';

const CONTEXT_OF = { standalone: 'standalone-message', chat: 'chat-message', 'file-transfer': 'file-message' } as const satisfies Record<MessageService, MessageContext>;

/**
 * A stored object, id `user|oid`. Its place in the change log is `modSeq`; rows above the box's `modSeq` do not exist yet for
 * readers. A removed object stays as a tombstone (`deleted`) without content. Size in bytes.
 */
export interface ObjectRow {
  readonly u: CpmAddress;
  readonly oid: string;
  readonly modSeq: number;
  readonly context: MessageContext;
  readonly dir: Direction;
  readonly folder: string;
  readonly from: CpmAddress;
  readonly to: readonly CpmAddress[];
  readonly date: Instant;
  readonly contentType: string;
  readonly size: number;
  readonly text?: string;
  readonly contentId?: string;
  readonly conversationId?: string;
  readonly contributionId?: string;
  readonly inReplyTo?: string;
  /** imdn.Message-ID of the message; of a report, that of the message it is about. */
  readonly messageId: string;
  readonly requested: readonly DispositionRequest[];
  readonly flags: readonly string[];
  /** What the user was told of his sent message: `recipient status`, one each. */
  readonly dispositions: readonly string[];
  /** Only on reports. */
  readonly status?: DispositionStatus;
  readonly deleted: boolean;
}

export function objectRowId(user: CpmAddress, oid: string): string {
  return `${user}|${oid}`;
}

/** The row of a message: a user's own message counts as read. */
export function messageRow({ user, direction, party, message }: DepositObject, modSeq: number): ObjectRow {
  const { content, inReplyTo } = message;
  return {
    u: user,
    oid: storedObjectId(direction, message.id),
    modSeq,
    context: CONTEXT_OF[serviceOf(message)],
    dir: direction,
    folder: conversationFolder(party),
    from: message.from,
    to: message.to,
    date: message.sentAt,
    contentType: message.contentType,
    size: message.size,
    ...(content.kind === 'inline' ? { text: content.text } : { contentId: content.contentId }),
    conversationId: message.conversationId,
    contributionId: message.contributionId,
    ...(inReplyTo !== undefined && { inReplyTo }),
    messageId: message.id,
    requested: message.dispositionNotification,
    flags: direction === 'Out' ? ['\\Seen'] : [],
    dispositions: [],
    deleted: false,
  };
}

/** The row of a report: an object of its own, by which devices that did not get the report learn of it. */
export function reportRow({ user, messageId, recipient, status, reportId, at }: RecordDisposition, modSeq: number): ObjectRow {
  return {
    u: user,
    oid: `imdn-${reportId}`,
    modSeq,
    context: 'imdn-message',
    dir: 'In',
    folder: conversationFolder(recipient),
    from: recipient,
    to: [user],
    date: at,
    contentType: 'message/imdn+xml',
    size: 0,
    messageId,
    requested: [],
    flags: ['\\Seen'],
    dispositions: [],
    status,
    deleted: false,
  };
}

/** The DispositionType of a report object; what is interworked or stored counts as a step of delivery. */
export function dispositionType(status: DispositionStatus): 'delivery' | 'display' {
  return classOf(status) === 'display' ? 'display' : 'delivery';
}
