import type { JourneyEntry } from '@cpm/runtime-decider';
import { RefusedWriteError, type AggregateWrite, type OutboxEntry, type Sequence, type StoredAggregate } from '@cpm/runtime-ports';
import { nthFor, type GroupedUpdate } from './grouped-updates.js';

/** Lines of a journey that are kept; a document must stay far below 16 MiB. */
const JOURNEY_LINES = 500;

/** An aggregate as stored. The names are short because each is in every document. */
export interface AggregateDocument {
  _id: string;
  /** owner: the Kafka key */
  k: string;
  /** partition */
  p: number;
  /** version */
  v: number;
  /** watermark */
  w: number;
  seen: Record<string, Sequence>;
  /** decided at, epoch ms */
  t: number;
  /** state */
  st: unknown;
  /** outbox */
  out: readonly OutboxEntry[];
  /** answers */
  re: readonly (readonly [commandId: string, outcome: unknown])[];
  /** journey */
  j: readonly JourneyEntry[];
  /** message */
  m?: string;
  /** trace */
  tr?: string;
  due?: Date;
  open?: true;
  /** removable at */
  del?: Date;
}

/** Fields that a write replaces; owner, partition and message never change, and what is absent here is absent afterwards. */
function replacedFields({ next, due, open, removableAt }: AggregateWrite): Partial<AggregateDocument> {
  return {
    v: next.version,
    w: next.watermark,
    seen: next.seen,
    t: next.decidedAt,
    st: next.state,
    out: next.outbox,
    re: next.answers,
    ...(next.trace !== undefined && { tr: next.trace }),
    ...(due !== undefined && { due: dateOf(due) }),
    ...(open && { open }),
    ...(removableAt !== undefined && { del: dateOf(removableAt) }),
  };
}

const LAST_DATE_MS = 8.64e15;

/** The driver writes a date that is none as 1970: the timer would be due, and the document gone, at once. @throws RefusedWriteError */
function dateOf(ms: number): Date {
  if (Number.isNaN(ms)) throw new RefusedWriteError('a time of it is no number');
  return new Date(Math.min(Math.max(ms, -LAST_DATE_MS), LAST_DATE_MS));
}

/** The document of an aggregate that is written for the first time. */
export function firstDocument(write: AggregateWrite): AggregateDocument {
  const { next: { id: _id, owner: k, partition: p }, message, journey } = write;
  return { _id, k, p, ...replacedFields(write), ...(message !== undefined && { m: message }), j: journey } as AggregateDocument;
}

/**
 * All later writes together. A document is replaced only where it has the expected version, so nothing ever brings a removed or
 * overwritten one back: the others count as not modified.
 */
export function replacement(writes: readonly AggregateWrite[]): GroupedUpdate {
  const ids = writes.map(({ next: { id } }) => id);
  const nth = nthFor(ids);
  const kept = { _id: '$_id', k: '$k', p: '$p', m: '$m' };
  const journey = { j: { $slice: [{ $concatArrays: ['$j', '$$lines'] }, -JOURNEY_LINES] } };
  const replaced = { $mergeObjects: [kept, '$$fields', journey] };
  const isExpected = { $eq: ['$v', { $subtract: ['$$fields.v', 1] }] };
  const $let = {
    vars: { fields: nth(writes.map(replacedFields)), lines: nth(writes.map((write) => write.journey)) },
    in: { $cond: [isExpected, replaced, '$$ROOT'] },
  };
  return { filter: { _id: { $in: ids } }, pipeline: [{ $replaceWith: { $let } }] };
}

export function storedAggregate({ _id, k, p, v, w, seen, t, st, out, re, tr }: AggregateDocument): StoredAggregate {
  return { id: _id, owner: k, partition: p, version: v, watermark: w, seen, decidedAt: t, state: st, outbox: out, answers: re, ...(tr !== undefined && { trace: tr }) };
}
