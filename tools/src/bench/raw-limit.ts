import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import mongoose, { type mongo } from 'mongoose';
import type { OperationCounts } from './operation-counts.js';

/** What bare clients reach with the work of one message: its produces, consumes and writes, nothing else. */
export interface RawLimit {
  readonly messagesPerSecond: number;
  readonly recordsPerSecond: number;
  readonly writesPerSecond: number;
}

const BATCH = 500;
const RECORD = JSON.stringify({ type: 'cpm.bench.Raw.v1', data: 'x'.repeat(380) });
const DOCUMENT = { state: 'x'.repeat(500), version: 1 };

/** `bulk`: one `bulkWrite` with an operation per document. `grouped`: one insert and one update for all, as the runtime does it. */
export type WriteForm = 'bulk' | 'grouped';

interface RawSetting {
  readonly seconds: number;
  readonly writes: WriteForm;
}

/**
 * Produces, consumes and writes with bare kafkajs and the bare MongoDB driver, in large batches, at the same time, on
 * the same broker and database, for `seconds`. As many records and writes per message as the system was seen to need.
 */
export async function measureRawLimit(brokers: string, mongoUri: string, counts: OperationCounts, { seconds, writes: form }: RawSetting): Promise<RawLimit> {
  const topic = `bench.raw.${randomUUID()}`;
  const kafka = new Kafka({ clientId: 'bench-raw', brokers: brokers.split(','), logLevel: logLevel.ERROR });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 6 }], waitForLeaders: true });
  const connection = await mongoose.createConnection(mongoUri, { maxPoolSize: 20 }).asPromise();
  const collection = connection.collection('bench-raw') as unknown as Documents;
  const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 100, allowAutoTopicCreation: false });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topic, fromBeginning: true });

  const writes = counts.inserts + counts.updates;
  let consumed = 0;
  let written = 0;
  let next = 0;
  await consumer.run({
    autoCommit: true,
    partitionsConsumedConcurrently: 6,
    eachBatch: async ({ batch, resolveOffset }) => {
      consumed += batch.messages.length;
      for (const { value } of batch.messages) JSON.parse(String(value));
      const inserts = Math.round((batch.messages.length / counts.records) * counts.inserts);
      const updates = Math.round((batch.messages.length / counts.records) * counts.updates);
      const ids = Array.from({ length: inserts }, () => String((next += 1)));
      const changed = Array.from({ length: Math.min(updates, next) }, () => String(1 + Math.floor(Math.random() * next)));
      await WRITE[form](collection, ids, [...new Set(changed)]);
      written += inserts + updates;
      resolveOffset(batch.lastOffset());
    },
  });
  const started = performance.now();
  await produceUntil(producer, topic, started + seconds * 1000, () => consumed);
  const elapsed = (performance.now() - started) / 1000;
  const result = { messagesPerSecond: Math.min(consumed / counts.records, written / writes) / elapsed, recordsPerSecond: consumed / elapsed, writesPerSecond: written / elapsed };
  await Promise.all([consumer.disconnect(), producer.disconnect()]);
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
  await collection.drop();
  await connection.close();
  return result;
}

type Documents = mongo.Collection<{ _id: string; n: number; state: string; version: number }>;
const MAJORITY = { writeConcern: { w: 'majority' } } as const;

const WRITE: Readonly<Record<WriteForm, (collection: Documents, inserted: readonly string[], updated: readonly string[]) => Promise<void>>> = {
  bulk: async (collection, inserted, updated) => {
    const operations = [
      ...inserted.map((_id) => ({ insertOne: { document: { _id, n: 0, ...DOCUMENT } } })),
      ...updated.map((_id, n) => ({ updateOne: { filter: { _id }, update: { $set: { ...DOCUMENT, n } } } })),
    ];
    if (operations.length > 0) await collection.bulkWrite(operations, { ordered: false, ...MAJORITY });
  },
  grouped: async (collection, inserted, updated) => {
    if (inserted.length > 0) await collection.insertMany(inserted.map((_id) => ({ _id, n: 0, ...DOCUMENT })), { ordered: false, ...MAJORITY });
    if (updated.length === 0) return;
    const nth = { $arrayElemAt: [{ $literal: updated.map((_, n) => ({ ...DOCUMENT, n })) }, { $indexOfArray: [{ $literal: updated }, '$_id'] }] };
    await collection.updateMany({ _id: { $in: [...updated] } }, [{ $replaceWith: { $mergeObjects: [{ _id: '$_id' }, nth] } }], MAJORITY);
  },
};

/** Keeps the log a few batches ahead of the consumer, no more: what counts is what went all the way. */
async function produceUntil(producer: Producer, topic: string, end: number, consumed: () => number): Promise<void> {
  let produced = 0;
  while (performance.now() < end) {
    if (produced - consumed() > 8 * BATCH) {
      await new Promise((resolve) => setImmediate(resolve));
      continue;
    }
    const messages = Array.from({ length: BATCH }, (_, index) => ({ key: String(produced + index), value: RECORD }));
    await producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages }] });
    produced += BATCH;
  }
}
