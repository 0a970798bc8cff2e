import type { AnyAggregate } from '@cpm/runtime-decider';
import type { mongo } from 'mongoose';

/** Indexes of row tables, by table name. */
export type TableIndexes = Readonly<Record<string, readonly mongo.IndexDescription[]>>;

/** One index per question that the runtime asks about a kind of aggregate; all are partial, so most documents are in none. */
export function aggregateIndexes({ timersOf, isOpen, messageOf, removableAt }: AnyAggregate): mongo.IndexDescription[] {
  return [
    ...(isOpen ? [{ key: { k: 1 as const }, name: 'open', partialFilterExpression: { open: true } }] : []),
    ...(timersOf ? [{ key: { p: 1 as const, due: 1 as const }, name: 'due', partialFilterExpression: { due: { $exists: true } } }] : []),
    ...(messageOf ? [{ key: { m: 1 as const }, name: 'message', partialFilterExpression: { m: { $exists: true } } }] : []),
    ...(removableAt ? [{ key: { del: 1 as const }, name: 'removable', expireAfterSeconds: 0, partialFilterExpression: { del: { $exists: true } } }] : []),
  ];
}
