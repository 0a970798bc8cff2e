import type { Instant } from '@cpm/vocabulary';
import { withDescendants, ROOT, type MadeFolders } from '../box/folders.js';
import type { ObjectRow } from '../box/object-row.js';

/** What a search asks of an object: of OMA NMS `And` is `all`, `Or` is `any`, `Not` is `none`. `from` and `to` are both inclusive. */
export type ObjectFilter =
  | { readonly of: 'all' | 'any' | 'none'; readonly filters: readonly ObjectFilter[] }
  | { readonly of: 'date'; readonly from?: Instant; readonly to?: Instant }
  | { readonly of: 'folder'; readonly folder: string; readonly recursive: boolean }
  | { readonly of: 'flag'; readonly flag: string }
  | TextFilter
  /** `after`: a number that the box had. */
  | { readonly of: 'created' | 'vanished'; readonly after: number };

type TextFilter = { readonly of: 'attribute'; readonly name: string; readonly value: string } | { readonly of: 'text' | 'word'; readonly value: string };

/** Where rows have an attribute; `only`: of messages, or of reports, which are the rows with a status. */
export interface AttributePlace {
  readonly field: 'dir' | 'from' | 'to' | 'context' | 'oid' | 'messageId' | 'conversationId' | 'contributionId' | 'inReplyTo' | 'contentType' | 'requested' | 'dispositions' | 'status' | 'ucnRef' | 'device';
  readonly only?: 'messages' | 'reports';
}

/** Attributes of the store's own that can be searched by; every other name is that of a device's own attribute. */
export const SEARCHABLE: Readonly<Record<string, readonly AttributePlace[]>> = {
  Direction: [{ field: 'dir' }],
  From: [{ field: 'from' }],
  To: [{ field: 'to' }],
  'Message-Context': [{ field: 'context' }],
  'Message-Id': [{ field: 'messageId', only: 'messages' }, { field: 'oid', only: 'reports' }],
  'Conversation-ID': [{ field: 'conversationId' }],
  'Contribution-ID': [{ field: 'contributionId' }],
  'InReplyTo-Contribution-ID': [{ field: 'inReplyTo' }],
  'Content-Type': [{ field: 'contentType' }],
  ReportRequested: [{ field: 'requested' }],
  'X-CPM-Disposition': [{ field: 'dispositions' }],
  DispositionStatus: [{ field: 'status' }],
  DispositionOriginalMessageID: [{ field: 'messageId', only: 'reports' }],
  DispositionOriginalTo: [{ field: 'from', only: 'reports' }],
  'X-UCN-Ref': [{ field: 'ucnRef' }],
  'participating-device': [{ field: 'device' }],
};
/** They are worked out of others, or have a criterion of their own. */
export const UNSEARCHABLE: readonly string[] = ['Date', 'DispositionType', 'X-CPM-Delivered', 'X-CPM-Displayed', 'X-UCN-Summary'];
export const TEXT_CONTENT = 'TextContent';
/** Attributes that hold prose: a part of it is looked for; the others are compared as a whole. */
const PROSE: readonly string[] = [TEXT_CONTENT, 'Subject'];

/** CPM-MLD-016: whether a search finds an object. One for vanished objects finds removed ones only, every other finds none of them. */
export function isFound(row: ObjectRow, filter: ObjectFilter, folders: MadeFolders): boolean {
  return row.deleted === asksForVanished(filter) && matches(row, filter, folders);
}

export function asksForVanished(filter: ObjectFilter): boolean {
  return filter.of === 'vanished' || ('filters' in filter && filter.filters.some(asksForVanished));
}

/** The folders that a scope names; undefined: all there are. */
export function foldersIn({ folder, recursive }: { readonly folder: string; readonly recursive: boolean }, folders: MadeFolders): readonly string[] | undefined {
  if (!recursive) return [folder];
  return folder === ROOT ? undefined : withDescendants(folder, folders);
}

/** The regular expression, to be read with the flags `i` and `u`, that one of the searched texts must fit. */
export function patternOf(filter: TextFilter): string {
  const literal = filter.value.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  if (filter.of === 'word') return `(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`;
  if (filter.of !== 'attribute' || PROSE.includes(filter.name)) return literal;
  // `$` alone fits before a line end at the end, too, in the database.
  return `^${literal}$(?!\\n)`;
}

function matches(row: ObjectRow, filter: ObjectFilter, folders: MadeFolders): boolean {
  switch (filter.of) {
    case 'all':
      return filter.filters.every((one) => matches(row, one, folders));
    case 'any':
      return filter.filters.some((one) => matches(row, one, folders));
    case 'none':
      return !filter.filters.some((one) => matches(row, one, folders));
    case 'date':
      return row.date >= (filter.from ?? -Infinity) && row.date <= (filter.to ?? Infinity);
    case 'folder':
      return foldersIn(filter, folders)?.includes(row.folder) ?? true;
    case 'flag':
      return row.flags.includes(filter.flag);
    case 'created':
      return row.born > filter.after;
    case 'vanished':
      return row.modSeq > filter.after;
    default:
      return fits(filter.of === 'attribute' ? attributeOf(row, filter.name) : textsOf(row), filter);
  }
}

function fits(texts: readonly string[], filter: TextFilter): boolean {
  const pattern = new RegExp(patternOf(filter), 'iu');
  return texts.some((text) => pattern.test(text));
}

function bodiesOf({ text, parts = [] }: ObjectRow): readonly string[] {
  return [...(text === undefined ? [] : [text]), ...parts.flatMap((part) => part.text ?? [])];
}

/** All that a person can read of it. */
function textsOf(row: ObjectRow): readonly string[] {
  const { from, to, fileName, attributes = [] } = row;
  return [...bodiesOf(row), from, ...to, ...(fileName === undefined ? [] : [fileName]), ...attributes.flatMap(({ value }) => value)];
}

function attributeOf(row: ObjectRow, name: string): readonly string[] {
  if (name === TEXT_CONTENT) return bodiesOf(row);
  const places = Object.hasOwn(SEARCHABLE, name) ? SEARCHABLE[name] : undefined;
  if (!places) return (row.attributes ?? []).filter((own) => own.name === name).flatMap(({ value }) => value);
  const isReport = row.status !== undefined;
  return places.filter(({ only }) => only === undefined || (only === 'reports') === isReport).flatMap(({ field }) => row[field] ?? []);
}
