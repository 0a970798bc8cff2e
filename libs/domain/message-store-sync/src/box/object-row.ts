import { correlationTag, ucnRef } from '@cpm/message-tags';
import { classOf, mediaType, msisdnOf, serviceOf, storedObjectId, type CpmAddress, type DeviceId, type Direction, type DispositionRequest, type DispositionStatus, type Instant, type MessageService } from '@cpm/vocabulary';
import type { DepositObject, NewObject, PayloadPart, RecordDisposition } from '@cpm/contracts-message-store-sync';
import { conversationFolder } from './folders.js';

export const OBJECTS_TABLE = 'objects';

/** Message-Context of OMA NMS; of what a device made, whatever it says. */
const CONTEXT_OF = { standalone: 'standalone-message', chat: 'chat-message', 'file-transfer': 'file-message' } as const satisfies Record<MessageService, string>;
export const REPORT_CONTEXT = 'imdn-message';

/**
 * A stored object, id `user|oid`. Its place in the change log is `modSeq`; rows above the box's `modSeq` do not exist yet for
 * readers. A removed object stays as a tombstone (`deleted`) without content. Size in bytes.
 */
export interface ObjectRow {
  readonly u: CpmAddress;
  readonly oid: string;
  readonly modSeq: number;
  /** Its first `modSeq`. */
  readonly born: number;
  readonly context: string;
  readonly dir: Direction;
  /** Key of the folder: the path of a conversation, or the id of a folder that a device made. */
  readonly folder: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly date: Instant;
  readonly contentType: string;
  readonly size: number;
  /** The content of a message; what a device made has `parts`. */
  readonly text?: string;
  readonly contentId?: string;
  readonly parts?: readonly PayloadPart[];
  readonly fileName?: string;
  readonly correlationTag?: string;
  readonly ucnRef?: string;
  /** Summaries that tell of it: each its reference and those of all that it tells of. */
  readonly ucnSummaries?: readonly string[];
  /** The user's device that it comes from. */
  readonly device?: DeviceId;
  /** Of a session: the user's devices that took part, and of each member `address status since`. */
  readonly devices?: readonly DeviceId[];
  readonly participants?: readonly string[];
  /** Attributes of a device's own that the store does not read. */
  readonly attributes?: NewObject['attributes'];
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
  /** Only of a tombstone. */
  readonly removedAs?: 'deleted' | 'expired';
  readonly removedAt?: Instant;
}

/** A row that an earlier version wrote does not say when it was born: it was there before anything that asks for it. */
export function wholeRow<Row extends ObjectRow>(stored: Row): Row {
  return { ...stored, born: (stored as Partial<ObjectRow>).born ?? 0 };
}

export function objectRowId(user: CpmAddress, oid: string): string {
  return `${user}|${oid}`;
}

/** The row of a message: a user's own message counts as read. */
export function messageRow({ user, direction, party, message }: DepositObject, modSeq: number): ObjectRow {
  const { content, inReplyTo } = message;
  const other = direction === 'In' ? message.from : (message.to[0] ?? message.from);
  const tag = content.kind === 'inline' ? textTag(other, message.contentType, content.text) : undefined;
  return {
    u: user,
    oid: storedObjectId(direction, message.id),
    modSeq,
    born: modSeq,
    context: CONTEXT_OF[serviceOf(message)],
    dir: direction,
    folder: conversationFolder(party),
    from: message.from,
    to: message.to,
    date: message.sentAt,
    contentType: message.contentType,
    size: message.size,
    ...(content.kind === 'inline' ? { text: content.text } : { contentId: content.contentId }),
    ...(message.file?.name !== undefined && { fileName: message.file.name }),
    ...(tag !== undefined && { correlationTag: tag }),
    ...(direction === 'In' ? { ucnRef: ucnRef(message.id, user) } : { device: message.originDevice }),
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
    born: modSeq,
    context: REPORT_CONTEXT,
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

/** The row of what a device put into the box. */
export function createdRow(object: NewObject, { user, device, modSeq }: { readonly user: CpmAddress; readonly device: DeviceId; readonly modSeq: number }): ObjectRow {
  const { objectId, direction, context, folder, from, to, date, parts, flags, attributes, messageId, conversationId, contributionId, inReplyTo, correlationTag: tag } = object;
  const [first] = parts;
  return {
    u: user, oid: objectId, modSeq, born: modSeq, context, dir: direction, folder, from, to, date,
    contentType: first?.contentType ?? 'text/plain', size: parts.reduce((sum, { size }) => sum + size, 0),
    parts, device, attributes, messageId: messageId ?? objectId,
    ...(conversationId !== undefined && { conversationId }), ...(contributionId !== undefined && { contributionId }), ...(inReplyTo !== undefined && { inReplyTo }),
    ...(tag !== undefined && { correlationTag: tag }),
    requested: [], flags, dispositions: [], deleted: false,
  };
}

/** What is left of a removed object: its name and place in the log, so that every device learns of it. */
export function tombstone(removedAs: 'deleted' | 'expired', removedAt: Instant) {
  const gone = { text: undefined, contentId: undefined, parts: undefined, attributes: undefined, devices: undefined, participants: undefined, fileName: undefined, correlationTag: undefined };
  return { deleted: true, removedAs, removedAt, size: 0, ...gone };
}

/** The correlationTag of a text that may also have come as SMS; undefined where no number or no text is. */
export function textTag(other: string, contentType: string, text: string): string | undefined {
  const number = msisdnOf(other as CpmAddress);
  return number !== undefined && mediaType(contentType) === 'text/plain' ? correlationTag(`+${number}`, text) : undefined;
}

/** Its content in parts, whoever made it; a report has none. */
export function partsOf({ parts, contentType, size, text, contentId, fileName, context, deleted }: ObjectRow): readonly PayloadPart[] {
  if (parts) return parts;
  if (context === REPORT_CONTEXT || deleted) return [];
  return [{ contentType, size, ...(text !== undefined && { text }), ...(contentId !== undefined && { contentId }), ...(fileName !== undefined && { fileName }) }];
}

/** The DispositionType of a report object; what is interworked or stored counts as a step of delivery. */
export function dispositionType(status: DispositionStatus): 'delivery' | 'display' {
  return classOf(status) === 'display' ? 'display' : 'delivery';
}
