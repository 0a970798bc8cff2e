import { SEARCHABLE, UNSEARCHABLE, type ObjectFilter } from '@cpm/domain-message-store-sync';
import { describedAs } from '@cpm/http';
import { z } from 'zod';
import { flagName } from '../flags.js';

const MAX_CRITERIA = 16;
/** The one search that OMA NMS leaves to profiles: all messages. */
export const PRESETS = ['UPOneDotO'];
export const presetName = describedAs(z.string().max(128), z.enum(PRESETS));

const instant = z.iso.datetime({ offset: true, error: 'must be an RFC 3339 instant' });

/** `minDate=2026-03-01T00:00:00Z&maxDate=…`, either part alone too. */
const dateRange = describedAs(z.string().max(200).transform((text, context): { from?: number; to?: number } => {
  const parts = text.split('&').map((part) => [part.slice(0, Math.max(0, part.indexOf('='))), part.slice(part.indexOf('=') + 1)] as const);
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
}), z.string().regex(/^(min|max)Date=20[0-9]{2}-0[1-9]-1[0-9]T1[0-9]:[0-5][0-9]:[0-5][0-9]Z$/));

const text = z.string().min(1).max(256);
const name = z.string().min(1).max(128);

/** `b<number>`: the number that the box had when a search began. */
const creationCursor = describedAs(z.string().max(32).transform((cursor, context): number => {
  const [, after] = /^b(\d{1,15})$/.exec(cursor) ?? [];
  if (after !== undefined) return Number(after);
  context.addIssue({ code: 'custom', message: 'is no creationCursor of a search' });
  return z.NEVER;
}), z.string().regex(/^b\d{1,15}$/));

export function creationCursorAt(modSeq: number): string {
  return `b${modSeq}`;
}

const criterion = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Date'), name: name.optional(), value: dateRange }).transform(({ value }): ObjectFilter => ({ of: 'date', ...value })),
  z.object({ type: z.literal('Attribute'), name: name.refine((one) => Object.hasOwn(SEARCHABLE, one) || !UNSEARCHABLE.includes(one), 'cannot be searched by'), value: text })
    .transform(({ name: of, value }): ObjectFilter => ({ of: 'attribute', name: of, value })),
  z.object({ type: z.literal('AllTextAttributes'), name: z.string().optional(), value: text }).transform(({ value }): ObjectFilter => ({ of: 'text', value })),
  z.object({ type: z.literal('WholeWord'), name: z.string().optional(), value: text }).transform(({ value }): ObjectFilter => ({ of: 'word', value })),
  z.object({ type: z.literal('Flag'), name: z.string().optional(), value: flagName }).transform(({ value }): ObjectFilter => ({ of: 'flag', flag: value })),
  z.object({ type: z.literal('PresetSearch'), name: presetName, value: z.string().max(256).optional() }).transform((preset) => ({ of: 'preset' as const, name: preset.name })),
  z.object({ type: z.literal('CreatedObjects'), name: z.string().optional(), value: creationCursor }).transform(({ value }): ObjectFilter => ({ of: 'created', after: value })),
  z.object({ type: z.literal('VanishedObjects'), name: z.string().optional(), value: creationCursor }).transform(({ value }): ObjectFilter => ({ of: 'vanished', after: value })),
], { error: 'must be Date, Attribute, AllTextAttributes, WholeWord, Flag, PresetSearch, CreatedObjects or VanishedObjects' });

/** And, unless another operator is named. */
export const searchCriteria = z.object({
  operator: z.enum(['And', 'Or', 'Not'], 'must be And, Or or Not').default('And'),
  criterion: z.array(criterion).min(1).max(MAX_CRITERIA, `must be at most ${MAX_CRITERIA}`),
}).refine(({ operator, criterion: all }) => operator === 'And' || !all.some(({ of }) => of === 'vanished'), { path: ['operator'], message: 'must be And with VanishedObjects' });
export type SearchCriteria = z.output<typeof searchCriteria>;
