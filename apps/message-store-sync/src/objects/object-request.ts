import { createHash, randomUUID } from 'node:crypto';
import { conversationFolder, ROOT, textTag, type Box } from '@cpm/domain-message-store-sync';
import type { NewObject, PayloadPart } from '@cpm/contracts-message-store-sync';
import { contentHash, invalidRequest, type DevicePrincipal } from '@cpm/http';
import { isPlainLine, MAX_INLINE_BYTES, normaliseAddress } from '@cpm/vocabulary';
import { z } from 'zod';
import { flagName } from '../flags.js';
import { folderIn, MAX_BULK, unknownFolder, type Reference } from '../references.js';

const line = (most: number) => z.string().min(1).max(most).refine(isPlainLine, 'must not contain control or direction-override characters');
const correlator = line(128);

const attribute = z.object({
  name: z.string().regex(/^[!-~]{1,128}$/, 'must be 1 to 128 printable ASCII characters without a space'),
  value: z.union([z.array(z.string().max(MAX_INLINE_BYTES)).max(64), z.string().max(MAX_INLINE_BYTES).transform((one) => [one])], 'must be a list of texts'),
});

/** An `object` as devices give it. What the store works out itself, they may send along; it is not taken from them. */
export const givenObject = z.object({
  parentFolder: z.string().max(4096).optional(),
  parentFolderPath: z.string().max(2048).optional(),
  attributes: z.object({ attribute: z.array(attribute).max(64, 'must be at most 64') }).default({ attribute: [] }),
  flags: z.object({ flag: z.array(flagName).max(64, 'must be at most 64') }).default({ flag: [] }),
  correlationId: line(256).optional(),
  clientCorrelator: correlator.optional(),
});
export type GivenObject = z.output<typeof givenObject>;

export const objectCreation = z.object({ object: givenObject });
export const bulkCreation = z.object({ objectList: z.object({ object: z.array(z.unknown()).min(1).max(MAX_BULK, `must be at most ${MAX_BULK}`) }) });

/** Attributes that become fields of the object; all others that are not the store's are kept as they are. */
const OF_STORE: ReadonlySet<string> = new Set([
  'Date', 'Direction', 'From', 'To', 'Message-Context', 'Message-Id', 'Conversation-ID', 'Contribution-ID', 'InReplyTo-Contribution-ID', 'Content-Type', 'TextContent', 'ClientCorrelator',
  'ReportRequested', 'DispositionType', 'DispositionStatus', 'DispositionOriginalMessageID', 'DispositionOriginalTo', 'X-CPM-Disposition', 'X-CPM-Delivered', 'X-CPM-Displayed', 'X-UCN-Ref', 'X-UCN-Summary', 'participating-device',
]);

const address = line(330).transform((text) => normaliseAddress(text) ?? text).refine((text) => !text.includes('/'), 'must not contain /');
const known = z.object({
  Date: z.array(z.iso.datetime({ offset: true, error: 'must be an RFC 3339 instant' }).transform((text) => Date.parse(text)).refine((at) => at >= 0, 'must be of 1970 or later')).length(1, 'must be one').optional(),
  Direction: z.array(z.string().transform((text) => text.toLowerCase()).pipe(z.enum(['in', 'out'], 'must be In or Out')).transform((text): 'In' | 'Out' => (text === 'in' ? 'In' : 'Out'))).length(1, 'must be one').optional(),
  From: z.array(address).length(1, 'must be one').optional(),
  To: z.array(address).optional(),
  'Message-Context': z.array(z.string().regex(/^[!-~]{1,64}$/, 'must be 1 to 64 printable ASCII characters')).length(1, 'must be one').optional(),
  'Message-Id': z.array(line(256)).length(1, 'must be one').optional(),
  'Conversation-ID': z.array(line(256).refine((text) => !text.includes('/'), 'must not contain /')).length(1, 'must be one').optional(),
  'Contribution-ID': z.array(line(256)).length(1, 'must be one').optional(),
  'InReplyTo-Contribution-ID': z.array(line(256)).length(1, 'must be one').optional(),
  'Content-Type': z.array(z.string().regex(/^[\w.!#$&^+-]{1,64}\/[\w.!#$&^+-]{1,64}(?:\s*;[ -~]{1,128})?$/, 'must be a media type')).length(1, 'must be one').optional(),
  TextContent: z.array(z.string().refine((text) => Buffer.byteLength(text) <= MAX_INLINE_BYTES, `must be at most ${MAX_INLINE_BYTES} bytes; more is sent as an attachment`)).length(1, 'must be one').optional(),
  ClientCorrelator: z.array(correlator).length(1, 'must be one').optional(),
});
type Known = z.output<typeof known>;

/** An object to be created: `prefix`, of a device's clientCorrelator, begins the id of whatever was created under it. */
export interface PlannedObject {
  readonly object: NewObject;
  readonly prefix?: string;
}

export interface CreationContext {
  readonly caller: DevicePrincipal;
  readonly box: Pick<Box, 'folders'>;
  readonly now: number;
  /** Of the attachments. */
  readonly parts: readonly PayloadPart[];
  /** Where in the body the object stands. */
  readonly path: string;
}

/** What the store keeps and does not read, as JSON: it is in the log and in every list of the object, and counts for nothing in the box. */
const MAX_OWN_BYTES = 32 * 1024;
/** The texts among them stand in the object. */
const MAX_PARTS = 16;

function assertSize(own: NewObject['attributes'], parts: readonly PayloadPart[], path: string): void {
  if (Buffer.byteLength(JSON.stringify(own)) > MAX_OWN_BYTES) throw invalidRequest([{ path: `${path}.attributes`, message: `must have at most ${MAX_OWN_BYTES} bytes beside those that the store reads` }]);
  if (parts.length > MAX_PARTS) throw invalidRequest([{ path, message: `must have at most ${MAX_PARTS} attachments` }]);
}

/** Throws 400 problems, and 404 for a parent folder that is not there. */
export function plannedObject(given: GivenObject, { caller, box, now, parts: attachments, path }: CreationContext): PlannedObject {
  const { user, device } = caller;
  const attributes = knownAttributes(given, path);
  const own = given.attributes.attribute.filter(({ name }) => !OF_STORE.has(name));
  assertSize(own, attachments, path);
  const [direction = 'Out', date = now] = [attributes.Direction?.[0], attributes.Date?.[0]];
  const from = attributes.From?.[0] ?? (direction === 'Out' ? user : undefined);
  if (from === undefined) throw invalidRequest([{ path: `${path}.attributes`, message: 'must have From with Direction In' }]);
  const to = attributes.To ?? (direction === 'In' ? [user] : []);
  const text = attributes.TextContent?.[0];
  const parts = text === undefined || text === '' || attachments.some((part) => part.text === text) ? [...attachments] : [inlinePart(text, attributes['Content-Type']?.[0]), ...attachments];
  const other = direction === 'In' ? from : to[0];
  const [first] = parts;
  const tag = first?.text === undefined || other === undefined ? undefined : textTag(other, first.contentType, first.text);
  const [prefix, objectId] = idsOf(given, attributes.ClientCorrelator?.[0], device, attachments);
  const object: NewObject = {
    objectId, folder: folderOf(given, { caller, box, path, party: attributes['Conversation-ID']?.[0] !== undefined && to.length > 1 ? attributes['Conversation-ID'][0] : other }),
    context: attributes['Message-Context']?.[0] ?? 'standalone-message', direction, from, to, date, ...namesOf(given, attributes),
    ...(tag !== undefined && { correlationTag: tag }),
    attributes: own, flags: [...new Set(given.flags.flag)], parts,
  };
  return { object, ...(prefix !== undefined && { prefix }) };
}

function knownAttributes({ attributes: { attribute: all } }: GivenObject, path: string): Known {
  const names = all.map(({ name }) => name);
  const twice = names.findIndex((name, at) => names.indexOf(name) !== at);
  if (twice >= 0) throw invalidRequest([{ path: `${path}.attributes.attribute[${twice}].name`, message: 'must be there once' }]);
  const result = known.safeParse(Object.fromEntries(all.filter(({ name }) => OF_STORE.has(name)).map(({ name, value }) => [name, value])));
  if (result.success) return result.data;
  throw invalidRequest(result.error.issues.map((issue) => ({ path: `${path}.attributes.attribute[${names.indexOf(String(issue.path[0]))}].value`, message: issue.message })));
}

function inlinePart(text: string, contentType = 'text/plain;charset=utf-8'): PayloadPart {
  return { contentType: /^text\//i.test(contentType) ? contentType : 'text/plain;charset=utf-8', size: Buffer.byteLength(text), text };
}

function namesOf({ correlationId }: GivenObject, attributes: Known): Pick<NewObject, 'messageId' | 'conversationId' | 'contributionId' | 'inReplyTo'> {
  const [messageId, conversationId, contributionId, inReplyTo] = [correlationId ?? attributes['Message-Id']?.[0], attributes['Conversation-ID']?.[0], attributes['Contribution-ID']?.[0], attributes['InReplyTo-Contribution-ID']?.[0]];
  return {
    ...(messageId !== undefined && { messageId }), ...(conversationId !== undefined && { conversationId }),
    ...(contributionId !== undefined && { contributionId }), ...(inReplyTo !== undefined && { inReplyTo }),
  };
}

/** Of the same call always the same: an id that says by its first part which call, and by its second what was in it. */
function idsOf({ clientCorrelator, ...body }: GivenObject, attribute: string | undefined, device: string, attachments: readonly PayloadPart[]): [prefix: string | undefined, objectId: string] {
  const call = clientCorrelator ?? attribute;
  if (call === undefined) return [undefined, `d-${randomUUID()}`];
  const prefix = `d-${createHash('sha256').update(`${device}|${call}`).digest('hex').slice(0, 24)}-`;
  return [prefix, prefix + contentHash({ body, parts: attachments.map(({ contentId: _, ...part }) => part) }).slice(0, 12)];
}

interface Placing {
  readonly caller: DevicePrincipal;
  readonly box: Pick<Box, 'folders'>;
  readonly path: string;
  readonly party: string | undefined;
}

/** Without a parent it is that of the conversation, without one the root. */
function folderOf({ parentFolder, parentFolderPath }: GivenObject, { caller, box, path, party }: Placing): string {
  if (parentFolder === undefined && parentFolderPath === undefined) return party === undefined ? ROOT : conversationFolder(party);
  const named: Reference = parentFolder === undefined ? { path: parentFolderPath ?? '' } : { resourceURL: parentFolder };
  const folder = folderIn(named, caller.user, box.folders);
  if (folder === undefined) throw unknownFolder(`${path}.${parentFolder === undefined ? 'parentFolderPath' : 'parentFolder'}`);
  return folder;
}
