import type { JourneyEntry, RowWrite } from '@cpm/runtime-decider';
import type { AggregateStore, AggregateWrite, DueAggregate, OwnedParts, StoredAggregate } from './store.js';

interface Document {
  stored: StoredAggregate;
  due: number | undefined;
  open: boolean;
  message: string | undefined;
  journey: JourneyEntry[];
}

/**
 * The store's in-memory twin: same contract, for simulation and fast tests. What is stored is frozen, so that it need not be copied: whoever
 * changes what he stored or read gets a TypeError, where a copy would hide it.
 */
export class InMemoryStore implements AggregateStore {
  private readonly documents = new Map<string, Map<string, Document>>();
  private readonly tables = new Map<string, Map<string, Record<string, unknown>>>();

  async load(kind: string, ids: readonly string[]): Promise<StoredAggregate[]> {
    const documents = this.kind(kind);
    return ids.flatMap((id) => {
      const document = documents.get(id);
      return document ? [document.stored] : [];
    });
  }

  async openOf(kind: string, owner: string): Promise<string[]> {
    return [...this.kind(kind).values()].filter(({ open, stored }) => open && stored.owner === owner).map(({ stored }) => stored.id);
  }

  async write(rows: readonly RowWrite[], aggregates: readonly AggregateWrite[]): Promise<'written' | 'conflict'> {
    for (const row of rows) this.writeRow(row);
    const written = aggregates.map((write) => this.writeAggregate(write));
    return written.every(Boolean) ? 'written' : 'conflict';
  }

  async due(kinds: readonly string[], partitions: readonly number[], until: number, limit: number): Promise<DueAggregate[]> {
    return kinds
      .flatMap((kind) => [...this.kind(kind).values()].map((document) => ({ kind, ...document })))
      .filter(({ due, stored }) => due !== undefined && due <= until && partitions.includes(stored.partition))
      .sort((a, b) => (a.due ?? 0) - (b.due ?? 0))
      .slice(0, limit)
      .map(({ kind, stored }) => ({ kind, id: stored.id, owner: stored.owner, state: stored.state, trace: stored.trace }));
  }

  async erase(owner: string, { kinds, tables, fields }: OwnedParts, between: () => Promise<void>): Promise<void> {
    const isOwn = (id: string) => id === owner || id.startsWith(`${owner}|`);
    for (const kept of [...kinds.map((kind) => this.kind(kind)), ...tables.map((table) => this.table(table))]) {
      for (const id of kept.keys()) if (isOwn(id)) kept.delete(id);
      await between();
    }
    for (const [table, field] of Object.entries(fields)) {
      for (const [id, row] of this.table(table)) if (row[field] === owner) this.table(table).delete(id);
      await between();
    }
  }

  async answerTo(kind: string, id: string, commandId: string): Promise<{ outcome: unknown } | undefined> {
    const answer = this.kind(kind).get(id)?.stored.answers.find(([known]) => known === commandId);
    return answer && { outcome: answer[1] };
  }

  /** Rows of a table, for tests and checkers. */
  rows(table: string): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
    return this.tables.get(table) ?? new Map();
  }

  /** Every stored aggregate of a kind with its journey, for tests and checkers. */
  aggregates(kind: string): { stored: StoredAggregate; due: number | undefined; open: boolean; journey: readonly JourneyEntry[] }[] {
    return [...this.kind(kind).values()];
  }

  /** Another store that holds the same, and goes its own way. */
  fork(): InMemoryStore {
    const other = new InMemoryStore();
    for (const [kind, documents] of this.documents) other.documents.set(kind, new Map(documents));
    for (const [table, rows] of this.tables) other.tables.set(table, new Map([...rows].map(([id, row]) => [id, { ...row }])));
    return other;
  }

  private table(table: string): Map<string, Record<string, unknown>> {
    const known = this.tables.get(table) ?? new Map<string, Record<string, unknown>>();
    this.tables.set(table, known);
    return known;
  }

  private kind(kind: string): Map<string, Document> {
    const known = this.documents.get(kind) ?? new Map<string, Document>();
    this.documents.set(kind, known);
    return known;
  }

  private writeAggregate({ kind, isFirst, next, due, open, message, journey }: AggregateWrite): boolean {
    const known = this.kind(kind).get(next.id);
    if (isFirst ? known : known?.stored.version !== next.version - 1) return false;
    this.kind(kind).set(next.id, { stored: frozen(next), due, open, message, journey: [...(known?.journey ?? []), ...journey] });
    return true;
  }

  private writeRow({ table, id, insert, set, add, remove, number, erase }: RowWrite): void {
    const rows = this.table(table);
    if (erase) {
      if (!number || !((rows.get(id)?.[number.field] as number) > number.value)) rows.delete(id);
      return;
    }
    if (insert && !rows.has(id)) rows.set(id, { ...frozen(insert) });
    const row = rows.get(id);
    if (!row || (number && (row[number.field] as number) >= number.value)) return;
    Object.assign(row, frozen(set ?? {}), number && { [number.field]: number.value });
    for (const [field, values] of Object.entries(add ?? {})) row[field] = [...new Set([...((row[field] as unknown[]) ?? []), ...values])];
    for (const [field, values] of Object.entries(remove ?? {})) row[field] = ((row[field] as unknown[]) ?? []).filter((value) => !values.includes(value));
  }
}

/** Frozen to its depth. Binary content cannot be frozen, and nobody changes it. */
function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
