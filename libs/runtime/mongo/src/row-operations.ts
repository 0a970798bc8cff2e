import type { RowFields, RowWrite } from '@cpm/runtime-decider';
import { RefusedWriteError } from '@cpm/runtime-ports';
import type { mongo } from 'mongoose';
import { groupedUpdates, singleUpdate, type GroupedUpdate } from './grouped-updates.js';

export interface RowDocument {
  _id: string;
  [field: string]: unknown;
}

type Operation = mongo.AnyBulkWriteOperation<RowDocument>;

/** What to do to one table: new rows at once and in any order, then changes of rows that are changed once, then the rest in order. */
export interface TableOperations {
  readonly inserts: RowDocument[];
  readonly grouped: readonly GroupedUpdate[];
  readonly ordered: readonly Operation[];
}

/** Sorts row writes by table. @throws when a field's name would be read as a path or an operator */
export function operationsByTable(rows: readonly RowWrite[]): Map<string, TableOperations> {
  return new Map([...Map.groupBy(rows, ({ table }) => table)].map(([table, own]) => [table, operationsOf(own)]));
}

function operationsOf(rows: readonly RowWrite[]): TableOperations {
  const inserts = new Map<string, RowDocument>();
  const changes: Change[] = [];
  const touched = new Set<string>();
  for (const row of rows) {
    if (row.insert && !row.erase) {
      const document: RowDocument = { ...checked(row.insert), _id: row.id };
      // A row that an earlier write of the same batch touched keeps its turn: it may have been erased by it.
      if (touched.has(row.id)) changes.push({ id: row.id, operations: [insertIfAbsent(document)] });
      else if (!inserts.has(row.id)) inserts.set(row.id, document);
    }
    if (!changesAnything(row)) continue;
    touched.add(row.id);
    changes.push({ id: row.id, operations: changesOf(row), ...(isPlain(row) && { plain: row }) });
  }
  const times = Map.groupBy(changes, ({ id }) => id);
  const alone = changes.filter((change): change is Change & { plain: RowWrite } => change.plain !== undefined && times.get(change.id)?.length === 1);
  const grouped = new Set<Change>(alone);
  return {
    inserts: [...inserts.values()],
    grouped: groupedUpdates(alone.map(({ plain }) => plain)),
    ordered: changes.filter((change) => !grouped.has(change)).flatMap(({ operations }) => operations),
  };
}

/** One write's change of a row; `plain` when each of its fields is named once, so that it can be made together with others. */
interface Change {
  readonly id: string;
  readonly operations: readonly Operation[];
  readonly plain?: RowWrite;
}

function changesAnything({ set = {}, add = {}, remove = {}, number, erase }: RowWrite): boolean {
  return erase === true || number !== undefined || [set, add, remove].some((fields) => Object.keys(fields).length > 0);
}

function isPlain({ set = {}, add = {}, remove = {}, number, erase }: RowWrite): boolean {
  const fields = [...[set, add, remove].flatMap((part) => Object.keys(part)), ...(number ? [number.field] : [])];
  return !erase && new Set(fields).size === fields.length;
}

function insertIfAbsent({ _id, ...fields }: RowDocument): Operation {
  return { updateOne: { filter: { _id }, update: { $setOnInsert: fields }, upsert: true } };
}

function changesOf(row: RowWrite): Operation[] {
  const { id, set = {}, add = {}, remove = {}, number, erase } = row;
  if (erase) return [{ deleteOne: { filter: { _id: id, ...(number && { [number.field]: { $not: { $gt: number.value } } }) } } }];
  if (number) {
    checked({ ...set, ...add, ...remove, [number.field]: number.value });
    const { filter, pipeline } = singleUpdate(row);
    return [{ updateOne: { filter: filter as mongo.Filter<RowDocument>, update: pipeline } }];
  }
  const steps = [setting(set), each('$addToSet', add, (values) => ({ $each: values })), each('$pullAll', remove, (values) => values)];
  return steps
    .filter((step) => Object.keys(step).length > 0)
    .map((update) => ({ updateOne: { filter: { _id: id }, update: update as mongo.UpdateFilter<RowDocument> } }));
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
  return entries.length > 0 ? { [operator]: Object.fromEntries(entries) as Record<string, unknown> } : {};
}

function checked<Fields extends object>(fields: Fields): Fields {
  for (const field of Object.keys(fields)) {
    if (field === '_id' || field.includes('.') || field.startsWith('$')) throw new RefusedWriteError(`"${field}" cannot name a field of a row`);
  }
  return fields;
}
