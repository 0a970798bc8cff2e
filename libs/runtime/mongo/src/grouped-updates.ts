import type { RowWrite } from '@cpm/runtime-decider';
import type { mongo } from 'mongoose';

/** Changes of many documents as one update: it costs the server less than half of one update each. */
export interface GroupedUpdate {
  readonly filter: mongo.Filter<{ _id: string }>;
  readonly pipeline: mongo.Document[];
}

/** The element of `values` that belongs to the document's place in `ids`. */
export function nthFor(ids: readonly string[]): (values: readonly unknown[]) => object {
  const at = { $indexOfArray: [{ $literal: ids }, '$_id'] };
  return (values) => ({ $arrayElemAt: [{ $literal: values }, at] });
}

/** Changes of different rows, one each; rows that change the same fields in the same way share an update. */
export function groupedUpdates(rows: readonly RowWrite[]): GroupedUpdate[] {
  return [...Map.groupBy(rows, shapeOf).values()].map(updateOf);
}

/** One row's change, for what cannot be made together with others. */
export function singleUpdate(row: RowWrite): GroupedUpdate {
  return updateOf([row]);
}

function shapeOf({ set = {}, add = {}, remove = {}, number }: RowWrite): string {
  const absent = Object.entries(set).filter(([, value]) => value === undefined).map(([field]) => field);
  return JSON.stringify([Object.keys(set), absent, Object.keys(add), Object.keys(remove), number?.field]);
}

function updateOf(rows: readonly RowWrite[]): GroupedUpdate {
  const [{ set = {}, add = {}, remove = {}, number }] = rows as [RowWrite, ...RowWrite[]];
  const nth = nthFor(rows.map(({ id }) => id));
  const numbers = number && nth(rows.map((row) => row.number?.value));
  const absent = Object.keys(set).filter((field) => set[field] === undefined);
  const stages = [
    { ...(number && { [number.field]: numbers }), ...byField(Object.keys(set).filter((field) => set[field] !== undefined), (field) => nth(rows.map((row) => row.set?.[field]))) },
    byField(absent, () => '$$REMOVE'),
    byField(Object.keys(add), (field) => added(field, nth(rows.map((row) => row.add?.[field])))),
    byField(Object.keys(remove), (field) => removed(field, nth(rows.map((row) => row.remove?.[field])))),
  ];
  // One after the other: a field that is set may be added to as well.
  const pipeline = stages.filter((stage) => Object.keys(stage).length > 0).map((stage) => ({ $set: stage }));
  // A row without a number counts as lower than any.
  return { filter: { _id: { $in: rows.map(({ id }) => id) }, ...(number && { $expr: { $lt: [`$${number.field}`, numbers] } }) }, pipeline };
}

function byField(fields: readonly string[], valueOf: (field: string) => object | string): Record<string, object | string> {
  return Object.fromEntries(fields.map((field) => [field, valueOf(field)]));
}

/** As `$addToSet`: what is there stays in its order, what is new follows once. */
function added(field: string, values: object): object {
  const present = { $ifNull: [`$${field}`, []] };
  return { $concatArrays: [present, { $setDifference: [values, present] }] };
}

function removed(field: string, values: object): object {
  return { $filter: { input: { $ifNull: [`$${field}`, []] }, cond: { $not: [{ $in: ['$$this', values] }] } } };
}
