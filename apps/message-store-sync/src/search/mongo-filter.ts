import { foldersIn, patternOf, SEARCHABLE, TEXT_CONTENT, type MadeFolders, type ObjectFilter, type ObjectRow } from '@cpm/domain-message-store-sync';
import type { mongo } from 'mongoose';

type RowFilter = mongo.Filter<ObjectRow>;

const BODIES = ['text', 'parts.text'];
const TEXTS = [...BODIES, 'from', 'to', 'fileName', 'attributes.value'];

/** The filter in the words of the database, where it finds the rows that `isFound` finds among those that are removed, or not. */
export function mongoFilter(filter: ObjectFilter, folders: MadeFolders): RowFilter {
  switch (filter.of) {
    case 'all':
      return joined('$and', filter.filters.map((one) => mongoFilter(one, folders)));
    case 'any':
      return joined('$or', filter.filters.map((one) => mongoFilter(one, folders)));
    case 'none':
      return joined('$nor', filter.filters.map((one) => mongoFilter(one, folders)));
    case 'date':
      return { date: { ...(filter.from !== undefined && { $gte: filter.from }), ...(filter.to !== undefined && { $lte: filter.to }), $exists: true } };
    case 'folder': {
      const keys = foldersIn(filter, folders);
      return keys ? { folder: { $in: [...keys] } } : {};
    }
    case 'flag':
      return { flags: filter.flag };
    case 'created':
      return { born: { $gt: filter.after } };
    case 'vanished':
      return { modSeq: { $gt: filter.after } };
    case 'text':
    case 'word':
      return fits(TEXTS, patternOf(filter));
    case 'attribute':
      return attribute(filter.name, patternOf(filter));
  }
}

/** The database takes no empty list of conditions: all of none is everything, one of none is nothing. */
function joined(operator: '$and' | '$or' | '$nor', filters: readonly RowFilter[]): RowFilter {
  if (filters.length === 0) return operator === '$or' ? { oid: { $in: [] } } : {};
  return { [operator]: filters } as RowFilter;
}

function fits(fields: readonly string[], pattern: string): RowFilter {
  return { $or: fields.map((field) => ({ [field]: { $regex: pattern, $options: 'i' } })) } as RowFilter;
}

function attribute(name: string, pattern: string): RowFilter {
  if (name === TEXT_CONTENT) return fits(BODIES, pattern);
  const places = Object.hasOwn(SEARCHABLE, name) ? SEARCHABLE[name] : undefined;
  if (!places) return { attributes: { $elemMatch: { name, value: { $regex: pattern, $options: 'i' } } } } as RowFilter;
  const conditions = places.map(({ field, only }) => ({ [field]: { $regex: pattern, $options: 'i' }, ...(only && { $and: [{ status: { $exists: only === 'reports' } }] }) }));
  return { $or: conditions } as RowFilter;
}
