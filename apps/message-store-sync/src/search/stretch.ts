import { asksForVanished, foldersIn, type MadeFolders, type ObjectFilter, type ObjectRow } from '@cpm/domain-message-store-sync';
import type { CpmAddress } from '@cpm/vocabulary';
import type { Stretch } from '../stored-objects.js';
import type { ListOrder, ListPlace } from './object-query.js';

/** Where the objects of a search stand in an index, and what of the filter the index does not say. */
export interface SearchPlan {
  readonly stretch: Stretch;
  readonly rest: readonly ObjectFilter[];
}

type Bounds = Pick<Stretch, 'lower' | 'upper'>;

/** The index that answers a search, between the bounds that all its criteria agree on. */
export function planOf(user: CpmAddress, filter: ObjectFilter, { order, direction }: { readonly order: ListOrder; readonly direction: 1 | -1 }, folders: MadeFolders): SearchPlan {
  const filters = filter.of === 'all' ? filter.filters : [filter];
  const same = { u: user, deleted: asksForVanished(filter) };
  if (order !== 'date') {
    const after = Math.max(...filters.flatMap((one) => (one.of === order ? [one.after] : [])));
    const field = order === 'created' ? 'born' : 'modSeq';
    const bounds = { lower: { ...same, [field]: after + 1 }, upper: { ...same, [field]: Number.MAX_SAFE_INTEGER } };
    return { stretch: { index: order, ...bounds, direction }, rest: filters.filter(({ of }) => of !== order) };
  }
  const scope = filters.find((one) => one.of === 'folder');
  const keys = scope && foldersIn(scope, folders);
  const [folder] = keys?.length === 1 ? keys : [];
  const dates = datesOf(filters);
  const rest = filters.filter((one) => one.of !== 'date' && (folder === undefined || one !== scope));
  const common = { ...same, ...(folder !== undefined && { folder }) };
  return { stretch: { index: folder === undefined ? 'date-page' : 'folder-page', lower: { ...common, ...dates.lower }, upper: { ...common, ...dates.upper }, direction }, rest };
}

function datesOf(filters: readonly ObjectFilter[]): Bounds {
  const ranges = filters.flatMap((one) => (one.of === 'date' ? [one] : []));
  const from = Math.max(0, ...ranges.flatMap((range) => range.from ?? []));
  const to = Math.min(Number.MAX_SAFE_INTEGER - 1, ...ranges.flatMap((range) => range.to ?? []));
  return { lower: { date: from, oid: '' }, upper: { date: to + 1, oid: '' } };
}

/** What comes after a place, in the direction of the stretch. */
export function beyond(stretch: Stretch, place: ListPlace): Stretch {
  return stretch.direction === 1 ? { ...stretch, lower: { ...stretch.lower, ...behind(stretch, place) } } : { ...stretch, upper: { ...stretch.upper, ...at(stretch, place) } };
}

/** What comes up to a place, it included. */
export function upTo(stretch: Stretch, place: ListPlace): Stretch {
  return stretch.direction === 1 ? { ...stretch, upper: { ...stretch.upper, ...behind(stretch, place) } } : { ...stretch, lower: { ...stretch.lower, ...at(stretch, place) } };
}

export function placeOfRow({ date, oid, born, modSeq }: ObjectRow, { index }: Stretch): ListPlace {
  if (index === 'created') return { number: born };
  return index === 'vanished' ? { number: modSeq } : { date, oid };
}

function at({ index }: Stretch, place: ListPlace): Readonly<Record<string, unknown>> {
  return 'number' in place ? { [index === 'created' ? 'born' : 'modSeq']: place.number } : { date: place.date, oid: place.oid };
}

/** The first key behind a place: no text stands between one and the same with a NUL at its end. */
function behind({ index }: Stretch, place: ListPlace): Readonly<Record<string, unknown>> {
  return 'number' in place ? { [index === 'created' ? 'born' : 'modSeq']: place.number + 1 } : { date: place.date, oid: `${place.oid}\0` };
}
