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

/**
 * Produces, consumes and writes with bare kafkajs and the bare MongoDB driver, in large batches, at the same time, on
 * the same broker and database, for `seconds`. As many records and writes per message as the system was seen to need.
 */
export async function measureRawLimit(brokers: string, mongoUri: string, counts: OperationCounts, seconds: number): Promise<RawLimit> {
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
      await insert(collection, ids);
      await update(collection, Array.from({ length: Math.min(updates, next) }, () => String(1 + Math.floor(Math.random() * next))));
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

/** In the two forms that cost the server least per document. */
async function insert(collection: Documents, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await collection.insertMany(ids.map((_id) => ({ _id, n: 0, ...DOCUMENT })), { ordered: false, ...MAJORITY });
}

async function update(collection: Documents, drawn: readonly string[]): Promise<void> {
  const ids = [...new Set(drawn)];
  if (ids.length === 0) return;
  const nth = { $arrayElemAt: [{ $literal: ids.map((_, n) => ({ ...DOCUMENT, n })) }, { $indexOfArray: [{ $literal: ids }, '$_id'] }] };
  await collection.updateMany({ _id: { $in: ids } }, [{ $replaceWith: { $mergeObjects: [{ _id: '$_id' }, nth] } }], MAJORITY);
}

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
