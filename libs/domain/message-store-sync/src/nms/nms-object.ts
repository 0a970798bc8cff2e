import { mediaType, objectUrl, timestamp, type CpmAddress, type DispositionStatus } from '@cpm/vocabulary';
import { pathOf, type MadeFolders } from '../box/folders.js';
import { dispositionType, partsOf, REPORT_CONTEXT, type ObjectRow } from '../box/object-row.js';
import { GROUP_CONTEXT, SESSION_CONTEXT } from '../box/session-row.js';

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
  readonly correlationTag?: string;
  readonly lastModSeq: number;
  readonly payloadURL?: string;
  readonly payloadPart?: readonly NmsPayloadPart[];
}

/** `size` in bytes; parts count from 1. */
export interface NmsPayloadPart {
  readonly contentType: string;
  readonly size: number;
  readonly href: string;
  readonly contentDisposition?: string;
}

/** How an object is shown: in the folders of its box, under `baseUrl`: scheme and host of the entry, without a slash at its end. */
export interface ObjectView {
  readonly folders: MadeFolders;
  readonly baseUrl: string;
}

/** The id of a folder as URLs carry it: of a conversation its path without the first slash, of a made folder its key. */
export function folderIdOf(folder: string): string {
  return folder.startsWith('/') ? folder.slice(1) : folder;
}

/** The key of the folder that an id names. */
export function folderOfId(id: string): string {
  return id === 'main' || id.startsWith('main/') ? `/${id}` : id;
}

/** Path of a folder's resource, from its key. */
export function folderUrl(user: CpmAddress, folder: string): string {
  return `/nms/v1/main/${encodeURIComponent(user)}/folders/${encodeURIComponent(folderIdOf(folder))}`;
}

/** The object as OMA NMS shows it. */
export function nmsObject(row: ObjectRow, { folders, baseUrl }: ObjectView): NmsObject {
  const resourceURL = baseUrl + objectUrl(row.u, row.oid);
  const parentFolderPath = pathOf(row.folder, folders) ?? row.folder;
  return {
    parentFolder: baseUrl + folderUrl(row.u, row.folder),
    parentFolderPath,
    path: `${parentFolderPath}/${row.oid}`,
    resourceURL,
    attributes: { attribute: attributesOf(row) },
    flags: { flag: row.flags, resourceURL: `${resourceURL}/flags` },
    correlationId: row.messageId,
    ...(row.correlationTag !== undefined && { correlationTag: row.correlationTag }),
    lastModSeq: row.modSeq,
    ...payloadOf(row, resourceURL),
  };
}

function payloadOf(row: ObjectRow, resourceURL: string): Pick<NmsObject, 'payloadURL' | 'payloadPart'> {
  const parts = partsOf(row);
  if (parts.length === 0) return {};
  return {
    payloadURL: `${resourceURL}/payload`,
    payloadPart: parts.map(({ contentType, size, fileName }, at) => ({
      contentType, size, href: `${resourceURL}/payloadParts/${at + 1}`,
      ...(fileName !== undefined && { contentDisposition: `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}` }),
    })),
  };
}

/** Texts of more are fetched. */
const MAX_TEXT_CONTENT = 8_192;

function textOf(row: ObjectRow): string | undefined {
  return partsOf(row).find(({ contentType, text }) => text !== undefined && text.length <= MAX_TEXT_CONTENT && mediaType(contentType).startsWith('text/'))?.text;
}

/** What has no recipients, whoever it comes from. */
const NOT_SENT: readonly string[] = [REPORT_CONTEXT, SESSION_CONTEXT, GROUP_CONTEXT];

/** `m of n` recipients of a sent message, n as of when it was sent; one that displayed it has it as well. */
function reachedOf({ dir, to, dispositions, context }: ObjectRow, statuses: readonly DispositionStatus[]): string | undefined {
  if (dir !== 'Out' || to.length === 0 || NOT_SENT.includes(context)) return undefined;
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
    'Message-Id': [status ? row.oid : row.messageId],
    'Content-Type': [row.contentType],
    'Conversation-ID': [row.conversationId],
    'Contribution-ID': [row.contributionId],
    'InReplyTo-Contribution-ID': [row.inReplyTo],
    TextContent: [textOf(row)],
    ReportRequested: row.requested,
    'X-CPM-Disposition': row.dispositions,
    'X-CPM-Delivered': [reachedOf(row, ['delivered', 'displayed'])],
    'X-CPM-Displayed': [reachedOf(row, ['displayed'])],
    DispositionType: [status && dispositionType(status)],
    DispositionStatus: [status],
    DispositionOriginalMessageID: [status && row.messageId],
    DispositionOriginalTo: [status && row.from],
    'X-UCN-Ref': [row.ucnRef],
    'X-UCN-Summary': row.ucnSummaries ?? [],
    'participating-device': row.devices ?? [row.device],
    'X-CPM-Participant': row.participants ?? [],
  };
  const own = row.attributes ?? [];
  return [...known(values), ...own.filter(({ name }) => !Object.hasOwn(values, name))];
}

function known(values: Readonly<Record<string, readonly (string | undefined)[]>>): NmsAttribute[] {
  return Object.entries(values).flatMap(([name, all]) => {
    const value = all.filter((each) => each !== undefined);
    return value.length > 0 ? [{ name, value }] : [];
  });
}
