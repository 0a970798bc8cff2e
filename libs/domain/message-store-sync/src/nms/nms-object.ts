import { mediaType, objectUrl, timestamp, type CpmAddress, type DispositionStatus } from '@cpm/vocabulary';
import { dispositionType, type ObjectRow } from '../box/object-row.js';

export interface NmsAttribute {
  readonly name: string;
  readonly value: readonly string[];
}

/** An object of the OMA NMS REST interface; URLs are absolute. */
export interface NmsObject {
  readonly parentFolder: string;
  readonly parentFolderPath: string;
  readonly path: string;
  readonly resourceURL: string;
  readonly attributes: { readonly attribute: readonly NmsAttribute[] };
  readonly flags: { readonly flag: readonly string[]; readonly resourceURL: string };
  readonly correlationId: string;
  readonly lastModSeq: number;
  readonly payloadURL?: string;
  readonly payloadPart?: readonly { readonly contentType: string; readonly size: number; readonly href: string }[];
}

/** One entry of an `nmsEvent` list. */
export type NmsEvent =
  | { readonly changedObject: Pick<NmsObject, 'parentFolder' | 'resourceURL' | 'flags' | 'correlationId' | 'lastModSeq'> }
  | { readonly deletedObject: Pick<NmsObject, 'resourceURL' | 'correlationId' | 'lastModSeq'> };

/** Path of a folder in the network message store, from its folder path. */
export function folderUrl(user: CpmAddress, folder: string): string {
  return `/nms/v1/main/${encodeURIComponent(user)}/folders/${encodeURIComponent(folder.slice(1))}`;
}

/** The object as OMA NMS shows it; `baseUrl` is scheme and host of the entry, without a slash at its end. */
export function nmsObject(row: ObjectRow, baseUrl: string): NmsObject {
  const resourceURL = baseUrl + objectUrl(row.u, row.oid);
  return {
    parentFolder: baseUrl + folderUrl(row.u, row.folder),
    parentFolderPath: row.folder,
    path: `${row.folder}/${row.oid}`,
    resourceURL,
    attributes: { attribute: attributesOf(row) },
    flags: { flag: row.flags, resourceURL: `${resourceURL}/flags` },
    correlationId: row.messageId,
    lastModSeq: row.modSeq,
    ...payloadOf(row, resourceURL),
  };
}

/** What a subscriber to the box is told of the row's last change. */
export function nmsEvent(row: ObjectRow, baseUrl: string): NmsEvent {
  const { parentFolder, resourceURL, flags, correlationId, lastModSeq } = nmsObject(row, baseUrl);
  return row.deleted ? { deletedObject: { resourceURL, correlationId, lastModSeq } } : { changedObject: { parentFolder, resourceURL, flags, correlationId, lastModSeq } };
}

function payloadOf(row: ObjectRow, resourceURL: string): Pick<NmsObject, 'payloadURL' | 'payloadPart'> {
  if (row.context === 'imdn-message' || row.deleted) return {};
  return {
    payloadURL: `${resourceURL}/payload`,
    payloadPart: [{ contentType: row.contentType, size: row.size, href: `${resourceURL}/payloadParts/1` }],
  };
}

/** `m of n` recipients of a sent message, n as of when it was sent; one that displayed it has it as well. */
function reachedOf({ dir, to, dispositions, context }: ObjectRow, statuses: readonly DispositionStatus[]): string | undefined {
  if (dir !== 'Out' || context === 'imdn-message') return undefined;
  const reached = to.filter((recipient) => statuses.some((status) => dispositions.includes(`${recipient} ${status}`)));
  return `${reached.length} of ${to.length}`;
}

function attributesOf(row: ObjectRow): NmsAttribute[] {
  const { status } = row;
  const values: Readonly<Record<string, readonly (string | undefined)[]>> = {
    Date: [timestamp(row.date)],
    Direction: [row.dir],
    From: [row.from],
    To: row.to,
    'Message-Context': [row.context],
    'Message-Id': [row.context === 'imdn-message' ? row.oid : row.messageId],
    'Content-Type': [row.contentType],
    'Conversation-ID': [row.conversationId],
    'Contribution-ID': [row.contributionId],
    'InReplyTo-Contribution-ID': [row.inReplyTo],
    TextContent: [mediaType(row.contentType).startsWith('text/') && !row.deleted ? row.text : undefined],
    ReportRequested: row.requested,
    'X-CPM-Disposition': row.dispositions,
    'X-CPM-Delivered': [reachedOf(row, ['delivered', 'displayed'])],
    'X-CPM-Displayed': [reachedOf(row, ['displayed'])],
    DispositionType: [status && dispositionType(status)],
    DispositionStatus: [status],
    DispositionOriginalMessageID: [status && row.messageId],
    DispositionOriginalTo: [status && row.from],
  };
  return Object.entries(values).flatMap(([name, all]) => {
    const value = all.filter((each) => each !== undefined);
    return value.length > 0 ? [{ name, value }] : [];
  });
}
