import type { JourneyEntry, RowWrite } from '@cpm/runtime-decider';

/** An output of input record `offset` that must reach the log: kept in the aggregate until the offset is committed. */
export interface OutboxEntry {
  readonly offset: number;
  readonly index: number;
  readonly topic: string;
  readonly key: string;
  readonly value: string;
}

/** Position of an output in its source partition: (input offset, output index). */
export type Sequence = readonly [offset: number, index: number];

/** One aggregate as stored: one document, written whole or not at all. */
export interface StoredAggregate {
  readonly id: string;
  /** The user it belongs to: the Kafka key. */
  readonly owner: string;
  readonly partition: number;
  /**
   * Grows by one per write, from the first watermark on. A watermark grows at least as fast, so what is written anew after an erasure
   * begins above all versions of before: who has read those replaces nothing.
   */
  readonly version: number;
  /** Inbox offset up to which (exclusive) records are applied. */
  readonly watermark: number;
  /** Highest applied output per upstream partition: anything at or below is a copy. */
  readonly seen: Readonly<Record<string, Sequence>>;
  /** Log time of the last decision, epoch ms: time never runs backwards for an aggregate. */
  readonly decidedAt: number;
  readonly state: unknown;
  readonly outbox: readonly OutboxEntry[];
  /** Outcomes of the last commands, by command id, oldest first. */
  readonly answers: readonly (readonly [commandId: string, outcome: unknown])[];
  /** `traceparent` of a decision; absent where none was traced. */
  readonly trace?: string;
}

/** A conditional write of one aggregate: succeeds only while none is stored, if it is the first, or else while the stored version is `next.version - 1`. */
export interface AggregateWrite {
  readonly kind: string;
  readonly isFirst: boolean;
  readonly next: StoredAggregate;
  /** Earliest due time, epoch ms; undefined when nothing is awaited. */
  readonly due: number | undefined;
  readonly open: boolean;
  readonly removableAt: number | undefined;
  readonly message: string | undefined;
  /** Lines to append to the journey. */
  readonly journey: readonly JourneyEntry[];
}

export interface DueAggregate {
  readonly kind: string;
  readonly id: string;
  readonly owner: string;
  readonly state: unknown;
  readonly trace?: string | undefined;
}

/** What a store keeps of its owners. An id is, or begins with, that of the owner and `|`. */
export interface OwnedParts {
  readonly kinds: readonly string[];
  readonly tables: readonly string[];
  /** Tables whose rows name their owner in a field. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The store will never take what it was given, however often it is asked: for what it is, not for want of a server. */
export class RefusedWriteError extends Error {
  override readonly name = 'RefusedWriteError';
}

/** Where a service keeps its aggregates and rows. */
export interface AggregateStore {
  /** Reads what a majority has acknowledged; absent ids are left out. */
  load(kind: string, ids: readonly string[]): Promise<StoredAggregate[]>;
  /** Ids of the owner's open aggregates of a kind. */
  openOf(kind: string, owner: string): Promise<string[]>;
  /** Rows first, then aggregates. `conflict`: at least one aggregate was not at the expected version; others may be written. @throws RefusedWriteError */
  write(rows: readonly RowWrite[], aggregates: readonly AggregateWrite[]): Promise<'written' | 'conflict'>;
  /** Aggregates of the given partitions with something due at or before `until`, earliest first. */
  due(kinds: readonly string[], partitions: readonly number[], until: number, limit: number): Promise<DueAggregate[]>;
  /** Erases all that is the owner's, a part at a time; `between` parts the caller may give it up by throwing. Idempotent. */
  erase(owner: string, parts: OwnedParts, between: () => Promise<void>): Promise<void>;
  /** The stored outcome of a command, once decided. */
  answerTo(kind: string, id: string, commandId: string): Promise<{ outcome: unknown } | undefined>;
}
