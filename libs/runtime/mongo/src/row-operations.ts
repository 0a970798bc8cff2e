import type { RowFields, RowWrite } from '@cpm/runtime-decider';
import type { mongo } from 'mongoose';

export interface RowDocument {
  _id: string;
  [field: string]: unknown;
}

type Operation = mongo.AnyBulkWriteOperation<RowDocument>;

/** What to do to one table: new rows at once and in any order, then the rest in order. */
export interface TableOperations {
  readonly inserts: RowDocument[];
  readonly ordered: Operation[];
}

/** Sorts row writes by table. @throws when a field's name would be read as a path or an operator */
export function operationsByTable(rows: readonly RowWrite[]): Map<string, TableOperations> {
  const tables = new Map<string, TableOperations & { inserted: Set<string>; changed: Set<string> }>();
  for (const row of rows) {
    const table = tables.get(row.table) ?? { inserts: [], ordered: [], inserted: new Set(), changed: new Set() };
    tables.set(row.table, table);
    if (row.insert && !row.erase) {
      const document = { ...checked(row.insert), _id: row.id };
      // A row that an earlier write of the same batch touched keeps its turn: it may have been erased by it.
      if (table.changed.has(row.id)) table.ordered.push(insertIfAbsent(document));
      else if (!table.inserted.has(row.id)) table.inserts.push(document);
      table.inserted.add(row.id);
    }
    const changes = changesOf(row);
    if (changes.length > 0) table.changed.add(row.id);
    table.ordered.push(...changes);
  }
  return tables;
}

function insertIfAbsent({ _id, ...fields }: RowDocument): Operation {
  return { updateOne: { filter: { _id }, update: { $setOnInsert: fields }, upsert: true } };
}

function changesOf({ id, set = {}, add = {}, remove = {}, erase }: RowWrite): Operation[] {
  if (erase) return [{ deleteOne: { filter: { _id: id } } }];
  const steps = [setting(set), each('$addToSet', add, (values) => ({ $each: values })), each('$pullAll', remove, (values) => values)];
  const updates = steps.filter((step) => Object.keys(step).length > 0);
  const fields = [set, add, remove].flatMap((part) => Object.keys(part));
  // One update may name a field only once.
  const merged = new Set(fields).size === fields.length && updates.length > 1 ? [Object.assign({}, ...updates)] : updates;
  return merged.map((update) => ({ updateOne: { filter: { _id: id }, update: update as mongo.UpdateFilter<RowDocument> } }));
}

function setting(set: RowFields): object {
  const entries = Object.entries(checked(set));
  const present = entries.filter(([, value]) => value !== undefined);
  const absent = entries.filter(([, value]) => value === undefined);
  return {
    ...(present.length > 0 && { $set: Object.fromEntries(present) }),
    ...(absent.length > 0 && { $unset: Object.fromEntries(absent.map(([field]) => [field, ''])) }),
  };
}

function each(operator: string, fields: Readonly<Record<string, readonly unknown[]>>, how: (values: readonly unknown[]) => unknown): object {
  const entries = Object.entries(checked(fields)).map(([field, values]) => [field, how(values)]);
  return entries.length > 0 ? { [operator]: Object.fromEntries(entries) } : {};
}

function checked<Fields extends object>(fields: Fields): Fields {
  for (const field of Object.keys(fields)) {
    if (field === '_id' || field.includes('.') || field.startsWith('$')) throw new Error(`"${field}" cannot name a field of a row`);
  }
  return fields;
}
