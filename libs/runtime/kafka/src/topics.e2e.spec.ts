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

it('comes back when the leader of every partition takes records', async () => {
  const producer = new kafkajs.Kafka({ brokers: [...kafka().brokers], logLevel: kafkajs.logLevel.NOTHING }).producer({ allowAutoTopicCreation: false, retry: { retries: 0 } });
  await producer.connect();
  try {
    for (let made = 0; made < 5; made += 1) {
      const topic = `a-${randomUUID()}`;
      await ensureTopics([topic], 100, settings());
      await producer.send({ topic, messages: Array.from({ length: 100 }, (_, partition) => ({ partition, value: 'v' })) });
    }
  } finally {
    await producer.disconnect();
  }
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

describe('a topic that keeps batches as their writers packed them', () => {
  const packed = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }, { name: 'compression.type', value: 'producer' }, { name: 'retention.ms', value: '12345678' }];
  const configOf = (name: string) => withAdmin(async (admin) => {
    const { resources: [resource] } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name }] });
    return Object.fromEntries((resource?.configEntries ?? []).map(({ configName, configValue }) => [configName, configValue]));
  });

  it('is made to unpack them, and keeps its other settings', async () => {
    const topic = `a-${randomUUID()}`;
    await withAdmin((admin) => admin.createTopics({ topics: [{ topic, numPartitions: 4, configEntries: packed }] }));
    await ensureTopics([topic], 4, settings());
    expect(await configOf(topic)).toMatchObject({ 'compression.type': 'uncompressed', 'message.timestamp.type': 'LogAppendTime', 'retention.ms': '12345678' });
  }, LIMIT_MS);

  it('takes a packed batch, and refuses one that is larger than it may be once it is unpacked', async () => {
    const topic = `a-${randomUUID()}`;
    await ensureTopics([topic], 1, settings());
    const producer = new kafkajs.Kafka({ brokers: [...kafka().brokers], logLevel: kafkajs.logLevel.NOTHING, retry: { retries: 0 } }).producer({ allowAutoTopicCreation: false });
    await producer.connect();
    const send = (bytes: number) => producer.send({ topic, compression: kafkajs.CompressionTypes.GZIP, messages: [{ key: 'k', value: '0'.repeat(bytes) }] });
    try {
      await send(100_000);
      await expect(send(64 * 2 ** 20)).rejects.toMatchObject({ type: 'MESSAGE_TOO_LARGE' });
      await send(100_000);
    } finally {
      await producer.disconnect();
    }
    const [{ high } = {}] = await withAdmin((admin) => admin.fetchTopicOffsets(topic));
    expect(high).toBe('2');
  }, LIMIT_MS);
});
