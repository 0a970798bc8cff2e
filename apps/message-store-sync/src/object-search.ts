import { z } from 'zod';
import type { ObjectQuery, Place } from './stored-objects.js';

const MAX_ENTRIES = 500;
const DEFAULT_ENTRIES = 100;

const instant = z.iso.datetime({ offset: true, error: 'must be an RFC 3339 instant' });

/** `minDate=2026-03-01T00:00:00Z&maxDate=…`, either part alone too. */
const dateRange = z.string().max(200).transform((text, context) => {
  const parts = new Map(text.split('&').filter(Boolean).map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]));
  const range: { from?: number; to?: number } = {};
  for (const [name, value] of parts) {
    const parsed = instant.safeParse(value);
    if ((name !== 'minDate' && name !== 'maxDate') || !parsed.success) {
      context.addIssue({ code: 'custom', message: 'must be minDate=<RFC 3339>&maxDate=<RFC 3339>' });
      return z.NEVER;
    }
    range[name === 'minDate' ? 'from' : 'to'] = Date.parse(parsed.data);
  }
  return range;
});

const cursor = z.string().max(400).transform((text, context): Place => {
  // An object id may hold the separator, a date does not.
  const [, date, oid] = /^(\d{1,15})\|(.+)$/s.exec(Buffer.from(text, 'base64url').toString('utf8')) ?? [];
  if (date !== undefined && oid !== undefined) return { date: Number(date), oid };
  context.addIssue({ code: 'custom', message: 'is no cursor of this search' });
  return z.NEVER;
});

const searchCriteria = z.object({
  operator: z.enum(['And']).optional(),
  criterion: z.array(z.object({ type: z.literal('Date', 'only Date can be searched by'), name: z.string().optional(), value: dateRange })).max(4),
});

const sortCriteria = z.object({
  criterion: z.array(z.object({ type: z.literal('Date', 'only Date can be sorted by'), name: z.string().optional(), order: z.enum(['Ascending', 'Descending']) })).max(1),
});

/** The body of a search; instants become epoch ms. */
export const objectSearch = z.object({
  selectionCriteria: z.object({
    maxEntries: z.coerce.number().int().min(1).max(MAX_ENTRIES).default(DEFAULT_ENTRIES),
    fromCursor: cursor.optional(),
    searchCriteria: searchCriteria.optional(),
    sortCriteria: sortCriteria.optional(),
  }),
}).transform(({ selectionCriteria: { maxEntries, fromCursor, searchCriteria: search, sortCriteria: sort } }): ObjectQuery => {
  const ranges = search?.criterion.map(({ value }) => value) ?? [];
  const from = ranges.flatMap((range) => range.from ?? []);
  const to = ranges.flatMap((range) => range.to ?? []);
  return {
    limit: maxEntries,
    after: fromCursor,
    order: sort?.criterion[0]?.order ?? 'Ascending',
    from: from.length > 0 ? Math.max(...from) : undefined,
    to: to.length > 0 ? Math.min(...to) : undefined,
  };
});

export function cursorAt({ date, oid }: Place): string {
  return Buffer.from(`${date}|${oid}`).toString('base64url');
}
