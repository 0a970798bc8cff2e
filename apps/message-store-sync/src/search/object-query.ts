import type { ObjectFilter } from '@cpm/domain-message-store-sync';
import { z } from 'zod';
import { notOneOf } from '../nms-error.js';
import { reference, type Reference } from '../references.js';
import { wholeNumber } from '../whole-number.js';
import { PRESETS, searchCriteria, type SearchCriteria } from './criteria.js';

const MAX_ENTRIES = 500;
const DEFAULT_ENTRIES = 100;

/** A place in a list: by date and object id, or by a number that each object of the list has alone. */
export type ListPlace = { readonly date: number; readonly oid: string } | { readonly number: number };
/** What a list is sorted by: `created` and `vanished` by the numbers that the objects got then. */
export type ListOrder = 'date' | 'created' | 'vanished';

const LETTER = { date: 'd', created: 'c', vanished: 'v' } as const satisfies Record<ListOrder, string>;

/** Opaque to devices; of one order it says nothing in another. */
export function cursorAt(order: ListOrder, place: ListPlace): string {
  const text = 'number' in place ? String(place.number) : `${place.date}|${place.oid}`;
  return Buffer.from(`${LETTER[order]}${text}`).toString('base64url');
}

function placeOf(cursor: string, order: ListOrder): ListPlace | undefined {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!text.startsWith(LETTER[order])) return undefined;
  // An object id may hold the separator, a date does not.
  const [, number, oid] = /^(\d{1,15})(?:\|(.{1,512}))?$/s.exec(text.slice(1)) ?? [];
  if (number === undefined || (order === 'date') !== (oid !== undefined)) return undefined;
  return oid === undefined ? { number: Number(number) } : { date: Number(number), oid };
}

const sortCriteria = z.object({
  criterion: z.array(z.object({ type: z.literal('Date', 'only Date can be sorted by'), name: z.string().optional(), order: z.enum(['Ascending', 'Descending'], 'must be Ascending or Descending').default('Ascending') })).max(1),
});

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

/** `selectionCriteria` of OMA NMS. */
export const selectionCriteria = z.object({
  maxEntries: wholeNumber(1, MAX_ENTRIES).default(DEFAULT_ENTRIES),
  fromCursor: z.string().max(800).optional(),
  searchScope: reference.optional(),
  nonRecursiveScope: flag.default(false),
  searchCriteria: searchCriteria.optional(),
  sortCriteria: sortCriteria.optional(),
}).transform((selection, context): ObjectQuery => {
  const { maxEntries: limit, fromCursor, searchScope: scope, nonRecursiveScope, searchCriteria: criteria, sortCriteria: sort } = selection;
  const sorted = sort?.criterion[0]?.order;
  const order = sorted === undefined ? naturalOrder(criteria) : 'date';
  const after = fromCursor === undefined ? undefined : placeOf(fromCursor, order);
  if (fromCursor !== undefined && !after) context.addIssue({ code: 'custom', path: ['fromCursor'], message: 'is no cursor of this search' });
  return { limit, order, direction: sorted === 'Descending' ? -1 : 1, recursive: !nonRecursiveScope, ...(criteria && { criteria }), ...(scope && { scope }), ...(after && { after }) };
});

/** The body of a search. */
export const objectSearch = z.object({ selectionCriteria });

/** A search as it was asked for; its scope is found in the folders of the box. */
export interface ObjectQuery {
  readonly limit: number;
  readonly order: ListOrder;
  readonly direction: 1 | -1;
  readonly after?: ListPlace;
  readonly scope?: Reference;
  readonly recursive: boolean;
  readonly criteria?: SearchCriteria;
}

/** New and vanished objects are listed in the order in which they came and went, unless it is by date. */
function naturalOrder(criteria: SearchCriteria | undefined): ListOrder {
  if (criteria?.operator !== 'And') return 'date';
  const kinds = criteria.criterion.map(({ of }) => of);
  if (kinds.includes('vanished')) return 'vanished';
  return kinds.includes('created') ? 'created' : 'date';
}

/** The criteria as a filter. Throws a 400 problem (SVC0003) of a preset that is not known. */
export function filterOf(criteria: SearchCriteria | undefined): ObjectFilter {
  const filters = (criteria?.criterion ?? []).map((one, at): ObjectFilter => {
    if (one.of !== 'preset') return one;
    if (!PRESETS.includes(one.name)) throw notOneOf(`selectionCriteria.searchCriteria.criterion[${at}].name`, PRESETS);
    return { of: 'all', filters: [] };
  });
  if (!criteria || criteria.operator === 'And') return { of: 'all', filters };
  return { of: 'all', filters: [{ of: criteria.operator === 'Or' ? 'any' : 'none', filters }] };
}

