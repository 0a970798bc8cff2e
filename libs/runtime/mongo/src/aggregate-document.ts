import type { JourneyEntry } from '@cpm/runtime-decider';
import type { AggregateWrite, OutboxEntry, Sequence, StoredAggregate } from '@cpm/runtime-ports';
import type { mongo } from 'mongoose';

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
  due?: Date;
  open?: true;
  /** removable at */
  del?: Date;
}

/** Fields that a later write replaces; owner, partition and message never change. */
function replacedFields({ next, due, open, removableAt }: AggregateWrite): Partial<AggregateDocument> {
  return {
    v: next.version,
    w: next.watermark,
    seen: next.seen,
    t: next.decidedAt,
    st: next.state,
    out: next.outbox,
    re: next.answers,
    ...(due !== undefined && { due: new Date(due) }),
    ...(open && { open }),
    ...(removableAt !== undefined && { del: new Date(removableAt) }),
  };
}

function absentFields({ due, open, removableAt }: AggregateWrite): Record<string, ''> {
  return { ...(due === undefined && { due: '' }), ...(!open && { open: '' }), ...(removableAt === undefined && { del: '' }) };
}

/** The first write inserts, a later one updates the expected version: nothing ever brings a removed document back. */
export function operationOf(write: AggregateWrite): mongo.AnyBulkWriteOperation<AggregateDocument> {
  const { next, message, journey } = write;
  if (next.version === 1) {
    const { id: _id, owner: k, partition: p } = next;
    return { insertOne: { document: { _id, k, p, ...replacedFields(write), ...(message !== undefined && { m: message }), j: journey } as AggregateDocument } };
  }
  const absent = absentFields(write);
  return {
    updateOne: {
      filter: { _id: next.id, v: next.version - 1 },
      update: {
        $set: replacedFields(write),
        ...(Object.keys(absent).length > 0 && { $unset: absent }),
        ...(journey.length > 0 && { $push: { j: { $each: journey, $slice: -JOURNEY_LINES } } }),
      } as mongo.UpdateFilter<AggregateDocument>,
    },
  };
}

export function storedAggregate({ _id, k, p, v, w, seen, t, st, out, re }: AggregateDocument): StoredAggregate {
  return { id: _id, owner: k, partition: p, version: v, watermark: w, seen, decidedAt: t, state: st, outbox: out, answers: re };
}
