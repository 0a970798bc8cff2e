import { DELETED, DRAFT, SEEN } from '../nms/flags.js';
import type { PayloadPart, StoredObject, UnsentMessage } from '../store/stored.js';

/** `unsent`, `accepted`, `refused`: a message of this device that has no copy in the store yet. */
export type BoxObjectState = 'stored' | 'unsent' | 'accepted' | 'refused';

/** A message, file or other object of the box as its user sees it. */
export interface BoxObject {
  readonly id: string;
  readonly state: BoxObjectState;
  /** Path of its folder. */
  readonly folder: string;
  /** The other address, or the Conversation-ID of a group: the thread it belongs to. */
  readonly party: string;
  /** RFC 3339. */
  readonly date: string;
  readonly direction: 'In' | 'Out';
  readonly from: string;
  readonly to: readonly string[];
  /** `standalone-message`, `chat-message`, `file-message`, … */
  readonly context: string;
  readonly contentType: string;
  readonly subject?: string;
  readonly text?: string;
  /** imdn.Message-ID. */
  readonly messageId?: string;
  readonly conversationId?: string;
  readonly flags: readonly string[];
  readonly isUnread: boolean;
  readonly parts: readonly PayloadPart[];
  /** Every attribute, as the store has it. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

const NO_MESSAGES: ReadonlySet<string> = new Set(['imdn-message', 'group-state', 'session-info']);
const CONVERSATION = 'main/';

export function attributeOf({ attributes }: Pick<StoredObject, 'attributes'>, name: string): string | undefined {
  return attributes[name]?.[0];
}

/** Reports are seen as the state of what they are about, not as objects of their own. */
export function isForReading(object: StoredObject): boolean {
  const context = attributeOf(object, 'Message-Context');
  return context !== 'imdn-message' && context !== 'group-state';
}

export function boxObject(object: StoredObject, folder: string): BoxObject {
  const { id, attributes, flags, correlationId, payloadParts } = object;
  const of = (name: string) => attributeOf(object, name);
  const direction = of('Direction')?.toLowerCase() === 'out' ? 'Out' : 'In';
  const context = of('Message-Context') ?? '';
  const optional = { subject: of('Subject'), text: of('TextContent'), messageId: correlationId, conversationId: of('Conversation-ID') };
  const isUnread = direction === 'In' && ![SEEN, DRAFT, DELETED].some((flag) => flags.includes(flag)) && !NO_MESSAGES.has(context);
  const from = of('From') ?? '';
  const to = attributes['To'] ?? [];
  return {
    id, folder, direction, from, to, context, flags, isUnread, attributes, state: 'stored', parts: payloadParts,
    party: partyOf(object.folder) ?? (direction === 'In' ? from : to[0]) ?? '',
    date: of('Date') ?? '',
    contentType: of('Content-Type') ?? '',
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as Pick<BoxObject, 'subject' | 'text' | 'messageId' | 'conversationId'>),
  };
}

/** Of a conversation's own folder; in a folder that the user made, things of several lie together. */
function partyOf(folder: string): string | undefined {
  return folder.startsWith(CONVERSATION) ? folder.slice(CONVERSATION.length) : undefined;
}

export function unsentObject({ id, message, at, state }: UnsentMessage, user: string): BoxObject {
  const [party = ''] = message.to;
  return {
    id, date: at, from: user, to: message.to, direction: 'Out', context: 'standalone-message', flags: [SEEN], isUnread: false, parts: [], attributes: {},
    state: state === 'waiting' ? 'unsent' : state, folder: `/main/${party}`, party, messageId: id, contentType: message.contentType ?? 'text/plain',
    ...(message.body !== undefined && { text: message.body }),
    ...(message.conversationId !== undefined && { conversationId: message.conversationId }),
  };
}

/** Newest first; of the same moment, by id. */
function newerFirst(a: Pick<BoxObject, 'date' | 'id'>, b: Pick<BoxObject, 'date' | 'id'>): number {
  return timeOf(b) - timeOf(a) || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

/** What has no date that can be read is the oldest. */
function timeOf({ date }: Pick<BoxObject, 'date'>): number {
  return Date.parse(date) || 0;
}

/** In that order, each date read once. */
export function newestFirst(objects: readonly BoxObject[]): readonly BoxObject[] {
  return objects
    .map((object) => ({ object, at: timeOf(object) }))
    .sort((a, b) => b.at - a.at || newerFirst(a.object, b.object))
    .map(({ object }) => object);
}

export interface ObjectQuery {
  /** Path of the folder: only what lies in it itself. */
  readonly folder?: string;
  readonly party?: string;
  readonly unread?: boolean;
  /** At most so many. */
  readonly limit?: number;
  /** Only what comes after this one in the order of reading. */
  readonly before?: Pick<BoxObject, 'date' | 'id'>;
}

/** @param objects newest first */
export function selectObjects(objects: readonly BoxObject[], { folder, party, unread, limit = Number.POSITIVE_INFINITY, before }: ObjectQuery): readonly BoxObject[] {
  const fits = (object: BoxObject) =>
    (folder === undefined || object.folder === folder) && (party === undefined || object.party === party) && (unread === undefined || object.isUnread === unread)
    && (before === undefined || newerFirst(before, object) < 0);
  return objects.filter(fits).slice(0, limit);
}

export interface Conversation {
  readonly party: string;
  readonly unread: number;
  readonly objects: number;
  readonly last: BoxObject;
}

/** @param objects newest first */
export function conversationsOf(objects: readonly BoxObject[]): readonly Conversation[] {
  const byParty = Map.groupBy(objects, ({ party }) => party);
  return [...byParty.values()].map((inIt) => {
    const last = inIt[0] as BoxObject;
    return { party: last.party, unread: inIt.filter(({ isUnread }) => isUnread).length, objects: inIt.length, last };
  });
}
