import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { mongo } from 'mongoose';
import { startLocalKafka } from './local-kafka.js';
import { startLocalMongo } from './local-mongo.js';
import type { KafkaService, MongoService } from './service.js';
import { startKafka, startLocalStack, startMongo } from './stack.js';

const TOPIC = 'kept';
const LIMIT_MS = 180_000;

function client({ brokers }: KafkaService): Kafka {
  return new Kafka({ clientId: 'stack-spec', brokers, logLevel: logLevel.NOTHING, retry: { retries: 20, maxRetryTime: 500 } });
}

async function produce(kafka: KafkaService, value: string): Promise<void> {
  const producer = client(kafka).producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
  await producer.connect();
  await producer.send({ topic: TOPIC, acks: -1, messages: [{ key: 'user', value }] });
  await producer.disconnect();
}

/** The first `count` values of the topic. */
async function consume(kafka: KafkaService, groupId: string, count: number): Promise<string[]> {
  const consumer = client(kafka).consumer({ groupId, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
  const values: string[] = [];
  await new Promise<void>((resolve, reject) => {
    consumer.run({
      eachMessage: async ({ message }) => {
        values.push(String(message.value));
        if (values.length === count) resolve();
      },
    }).catch(reject);
  });
  await consumer.disconnect();
  return values;
}

async function withMongo<T>({ uri }: MongoService, use: (collection: mongo.Collection) => Promise<T>): Promise<T> {
  const mongoClient = new mongo.MongoClient(uri);
  try {
    return await use(mongoClient.db('stack').collection('kept'));
  } finally {
    await mongoClient.close();
  }
}

describe('local Kafka', () => {
  let kafka: KafkaService;
  beforeAll(async () => {
    kafka = await startLocalKafka();
    const admin = client(kafka).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 1 }] });
    await admin.disconnect();
  }, LIMIT_MS);
  afterAll(() => kafka.stop());

  it('carries a record, and keeps it when the broker is killed and started again', async () => {
    await produce(kafka, 'before the kill');
    expect(await consume(kafka, 'first', 1)).toEqual(['before the kill']);
    const { pid } = kafka;
    await kafka.kill();
    expect(kafka.pid).toBeUndefined();
    await kafka.restart();
    expect(kafka.pid).not.toBe(pid);
    await produce(kafka, 'after the kill');
    expect(await consume(kafka, 'second', 2)).toEqual(['before the kill', 'after the kill']);
  }, LIMIT_MS);

  it('creates no topic by accident', async () => {
    const admin = client(kafka).admin();
    await admin.connect();
    await expect(admin.fetchTopicMetadata({ topics: ['mistyped'] })).rejects.toThrow(/does not host this topic-partition/);
    await admin.disconnect();
  }, LIMIT_MS);
});

describe('local MongoDB', () => {
  let service: MongoService;
  beforeAll(async () => { service = await startLocalMongo(); }, LIMIT_MS);
  afterAll(() => service.stop());

  it('keeps what was written with majority when it is killed and started again', async () => {
    await withMongo(service, (kept) => kept.insertOne({ value: 'before the kill' }));
    await service.restart();
    const found = await withMongo(service, (kept) => kept.find().toArray());
    expect(found.map(({ value }) => value)).toEqual(['before the kill']);
  }, LIMIT_MS);

  it('has transactions', async () => {
    const mongoClient = new mongo.MongoClient(service.uri);
    await mongoClient.withSession((session) => session.withTransaction(async () => {
      await mongoClient.db('stack').collection('other').insertOne({ value: 1 }, { session });
    }));
    await mongoClient.close();
  }, LIMIT_MS);
});

describe('a stack with a data folder', () => {
  it('finds its data again on other ports', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'cpm-stack-spec-'));
    const options = { dataDir };
    const first = await startLocalMongo(options);
    await withMongo(first, (kept) => kept.insertOne({ value: 'kept' }));
    await first.stop();
    const second = await startLocalMongo(options);
    expect(second.uri).not.toBe(first.uri);
    expect(await withMongo(second, (kept) => kept.countDocuments())).toBe(1);
    await second.stop();
    expect(existsSync(join(dataDir, 'mongod', 'data'))).toBe(true);
    await rm(dataDir, { recursive: true });
  }, LIMIT_MS);
});

describe('a port that is taken', () => {
  it.each([
    ['Kafka', startLocalKafka, 'KAFKA_BROKERS'],
    ['MongoDB', startLocalMongo, 'MONGODB_URI'],
  ] as const)('is named by %s, with the variable that avoids it', async (name, start, variable) => {
    const holder = createServer();
    await new Promise<void>((resolve) => { holder.listen(0, '127.0.0.1', resolve); });
    const { port } = holder.address() as AddressInfo;
    await expect(start({ port })).rejects.toThrow(`${name}: port ${port} is taken. Stop what listens there, or set ${variable}`);
    holder.close();
  });

  it('stops the other half of a stack', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => { holder.listen(0, '127.0.0.1', resolve); });
    const { port } = holder.address() as AddressInfo;
    const logged: string[] = [];
    process.env['CPM_STACK'] = 'local';
    await expect(startLocalStack({ kafkaPort: port, log: (line) => logged.push(line) })).rejects.toThrow(`port ${port} is taken`);
    delete process.env['CPM_STACK'];
    const mongodLog = logged.map((line) => /mongod: starting .* log (.*)/.exec(line)?.[1]).find((path) => path !== undefined);
    expect(mongodLog).toBeDefined();
    expect(existsSync(dirname(mongodLog!))).toBe(false);
    holder.close();
  }, LIMIT_MS);
});

describe('services that the environment names', () => {
  const saved = { ...process.env };
  afterEach(() => { process.env = { ...saved }; });

  it('are used and never stopped or killed', async () => {
    process.env['KAFKA_BROKERS'] = 'one:9092,two:9093';
    process.env['MONGODB_URI'] = 'mongodb://elsewhere/?replicaSet=rs';
    const kafka = await startKafka();
    const service = await startMongo();
    expect([kafka.brokers, service.uri]).toEqual([['one:9092', 'two:9093'], 'mongodb://elsewhere/?replicaSet=rs']);
    await kafka.stop();
    await expect(service.kill()).rejects.toThrow('MONGODB_URI');
  });

  it('are refused by name when they do not parse', async () => {
    process.env['KAFKA_BROKERS'] = 'one';
    await expect(startKafka()).rejects.toThrow('KAFKA_BROKERS: expected host:port');
  });
});
