import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { inboxOf, type ServiceName } from '@cpm/runtime-decider';
import type { Clock, FetchSession, OutgoingRecord, PartitionBatch } from '@cpm/runtime-ports';
import { type KafkaService, startKafka, startLocalKafka } from '@cpm/testing-containers';
import { startInboxConsumer, type ConsumerTiming, type InboxConsumer, type InboxConsumerOptions } from './inbox-consumer.js';
import type { Log } from './log.js';
import { KafkaPublisher } from './publisher.js';
import type { ConsumerStatus } from './status.js';
import { ensureTopics } from './topics.js';

const PARTITIONS = 3;

const ignore = () => undefined;
export const SILENT: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await wait(ms, undefined, { ...(signal && { signal }) });
  },
};

/** The shortest session that a broker accepts by default, and a rebalance that does not wait for the idle. */
const QUICK: Partial<ConsumerTiming> = { sessionTimeoutMs: 6_000, rebalanceTimeoutMs: 1_500, heartbeatIntervalMs: 200, maxWaitMs: 100 };

export type Process = (batches: readonly PartitionBatch[], session: FetchSession) => Promise<void>;

export interface StartedConsumer extends InboxConsumer {
  readonly statuses: ConsumerStatus[];
}

/** An inbox of its own on the broker, and what was started on it. */
export interface Inbox {
  readonly topic: string;
  readonly publisher: KafkaPublisher;
  publish(values: readonly string[], keyOf?: (value: string) => string): Promise<void>;
  consume(process: Process, options?: Partial<InboxConsumerOptions>): Promise<StartedConsumer>;
  close(): Promise<void>;
}

export async function openInbox(brokers: readonly string[], replicas = { count: 1, required: 1 }): Promise<Inbox> {
  const service = `spec-${randomUUID()}` as ServiceName;
  const topic = inboxOf(service);
  const consumers: InboxConsumer[] = [];
  await ensureTopics([topic], PARTITIONS, { brokers, log: SILENT, replicas });
  const publisher = await KafkaPublisher.connect({ brokers, clientId: 'spec', log: SILENT });
  return {
    topic,
    publisher,
    publish: (values, keyOf = (value) => value) => publisher.publish(values.map((value): OutgoingRecord => ({ topic, key: keyOf(value), value }))),
    consume: async (process, options = {}) => {
      const statuses: ConsumerStatus[] = [];
      const consumer = await startInboxConsumer({
        brokers, service, groupId: service, clock: systemClock, log: SILENT, timing: QUICK, process, onStatus: (status) => statuses.push(status), ...options,
      });
      consumers.push(consumer);
      return Object.assign(consumer, { statuses });
    },
    close: async () => {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await publisher.close();
    },
  };
}

/** A broker that tests may crash, whatever the environment names. */
export const startCrashable = (): Promise<KafkaService> => (process.env['KAFKA_BROKERS'] ? startLocalKafka() : startKafka());

/** One broker for a spec file. */
export function kafkaForSpecs(start: () => Promise<KafkaService> = startKafka): () => KafkaService {
  let kafka: KafkaService;
  beforeAll(async () => {
    kafka = await start();
  }, 180_000);
  afterAll(() => kafka.stop(), 30_000);
  return () => kafka;
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await wait(10);
}

export const nextOf = (batches: readonly PartitionBatch[]) => new Map(batches.map(({ partition, records }) => [partition, (records.at(-1)?.offset ?? -1) + 1]));

/** Commits everything and notes the values. */
export function collecting(values: string[], seen: (batches: readonly PartitionBatch[]) => void = ignore): Process {
  return async (batches, session) => {
    seen(batches);
    await session.commit(nextOf(batches));
    for (const { records } of batches) values.push(...records.map(({ value }) => value));
  };
}
