import { inboxOf, SERVICES } from '@cpm/runtime-decider';
import { Kafka, logLevel } from 'kafkajs';
import mongoose from 'mongoose';

/** How much work the system has asked of Kafka and MongoDB since they started. */
export interface OperationCounts {
  readonly records: number;
  readonly inserts: number;
  readonly updates: number;
  readonly queries: number;
}

/** Reads the broker's end offsets and mongod's own counters: what was really done, not what the code says it does. */
export async function countOperations(brokers: string, mongoUri: string): Promise<OperationCounts> {
  const admin = new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.ERROR }).admin();
  await admin.connect();
  const offsets = await Promise.all(SERVICES.map((service) => admin.fetchTopicOffsets(inboxOf(service)).catch(() => [])));
  const records = offsets.flat().reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  await admin.disconnect();
  const connection = await mongoose.createConnection(mongoUri).asPromise();
  const status = await connection.db?.admin().serverStatus();
  await connection.close();
  // Counted by document: one command may change many.
  const { inserted, updated } = (status?.['metrics'] as { document: Record<'inserted' | 'updated', number> }).document;
  const { query } = status?.['opcounters'] as Record<'query', number>;
  return { records, inserts: inserted, updates: updated, queries: query };
}

export function perMessage(before: OperationCounts, after: OperationCounts, messages: number): OperationCounts {
  const each = (key: keyof OperationCounts) => (after[key] - before[key]) / messages;
  return { records: each('records'), inserts: each('inserts'), updates: each('updates'), queries: each('queries') };
}
