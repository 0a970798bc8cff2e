import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { kafkaForSpecs, SILENT } from './kafka-under-test.js';
import { ensureTopics } from './topics.js';

const LIMIT_MS = 30_000;
const kafka = kafkaForSpecs();
const settings = () => ({ brokers: kafka().brokers, log: SILENT });

async function withAdmin<Result>(work: (admin: kafkajs.Admin) => Promise<Result>): Promise<Result> {
  const admin = new kafkajs.Kafka({ brokers: [...kafka().brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  return work(admin).finally(() => admin.disconnect());
}

it('creates what is missing and leaves what is there', async () => {
  const [first, second] = [`a-${randomUUID()}`, `b-${randomUUID()}`];
  await ensureTopics([first], 4, settings());
  await ensureTopics([first, second], 4, settings());
  await ensureTopics([first, second], 4, settings());
  const { topics } = await withAdmin((admin) => admin.fetchTopicMetadata({ topics: [first, second] }));
  expect(topics.map(({ partitions }) => partitions.length)).toEqual([4, 4]);
}, LIMIT_MS);

it('lets services that start together create the same topics', async () => {
  const topics = [`a-${randomUUID()}`, `b-${randomUUID()}`];
  await Promise.all([1, 2, 3, 4].map(() => ensureTopics(topics, 4, settings())));
}, LIMIT_MS);

it('refuses another number of partitions', async () => {
  const topic = `a-${randomUUID()}`;
  await ensureTopics([topic], 4, settings());
  await expect(ensureTopics([topic], 8, settings())).rejects.toThrow(`topic ${topic} has 4 partitions and must have 8`);
}, LIMIT_MS);

it('refuses a topic that keeps the times of its writers', async () => {
  const topic = `a-${randomUUID()}`;
  await withAdmin((admin) => admin.createTopics({ topics: [{ topic, numPartitions: 4, configEntries: [{ name: 'message.timestamp.type', value: 'CreateTime' }] }] }));
  await expect(ensureTopics([topic], 4, settings())).rejects.toThrow(`topic ${topic} has message.timestamp.type CreateTime and must have LogAppendTime`);
}, LIMIT_MS);
