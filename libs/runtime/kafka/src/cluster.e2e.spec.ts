import { randomUUID } from 'node:crypto';
import { startLocalCluster, type LocalCluster } from '@cpm/testing-containers';
import kafkajs, { type Admin } from 'kafkajs';
import { SILENT, until } from './kafka-under-test.js';
import { KafkaPublisher } from './publisher.js';
import { ensureTopics } from './topics.js';

const LIMIT_MS = 180_000;
const topic = `leaders-${randomUUID()}`;
const USERS = Array.from({ length: 40 }, (_, index) => `user-${index}`);

let cluster: LocalCluster;
let admin: Admin;

beforeAll(async () => {
  cluster = await startLocalCluster();
  admin = new kafkajs.Kafka({ brokers: [...cluster.kafka.brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, replicaAssignment: [{ partition: 0, replicas: [1] }, { partition: 1, replicas: [2] }] }] });
}, LIMIT_MS);
afterAll(async () => {
  await admin.disconnect();
  await cluster.stop();
}, LIMIT_MS);

async function leaders(): Promise<readonly number[]> {
  const { topics: [found] } = await admin.fetchTopicMetadata({ topics: [topic] });
  return (found?.partitions ?? []).toSorted((a, b) => a.partitionId - b.partitionId).map(({ leader }) => leader);
}

async function recordsOf(partition: number): Promise<number> {
  return Number((await admin.fetchTopicOffsets(topic)).find((found) => found.partition === partition)?.high);
}

it('loses nothing when a partition goes over to a broker that has taken its own part of the request already', async () => {
  const publisher = await KafkaPublisher.connect({ brokers: cluster.kafka.brokers, clientId: 'spec', log: SILENT });
  const publish = () => publisher.publish(USERS.map((key) => ({ topic, key, value: 'x' })));
  await publish();
  const [moved, stayed] = [await recordsOf(0), await recordsOf(1)];
  // The publisher still takes broker 1 for the leader of partition 0: it is refused there, while broker 2 takes what is partition 1's.
  await admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment: [{ partition: 0, replicas: [2] }] }] });
  await until(async () => (await leaders()).every((leader) => leader === 2));
  await publish();
  await publisher.close();
  expect(moved + stayed).toBe(USERS.length);
  expect(await recordsOf(0)).toBe(2 * moved);
  // Copies may come: readers drop them.
  expect(await recordsOf(1)).toBeGreaterThanOrEqual(2 * stayed);
}, LIMIT_MS);

it('lets services that start together create the same topics, although one broker knows of them before another does', async () => {
  const settings = { brokers: cluster.kafka.brokers, log: SILENT, replicas: { count: 3, required: 2 } };
  for (let round = 0; round < 10; round += 1) {
    const topics = Array.from({ length: 4 }, () => `together-${randomUUID()}`);
    await Promise.all(Array.from({ length: 6 }, () => ensureTopics(topics, 4, settings)));
  }
}, LIMIT_MS);
