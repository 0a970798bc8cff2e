import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { mongo } from 'mongoose';
import { startLocalCluster, type LocalCluster } from './cluster.js';

const LIMIT_MS = 180_000;
const TOPIC = 'going-on';

let cluster: LocalCluster;
let producer: Producer;
let database: mongo.MongoClient;

beforeAll(async () => {
  cluster = await startLocalCluster();
  const kafka = new Kafka({
    clientId: 'cluster-spec', brokers: cluster.kafka.brokers, logLevel: logLevel.NOTHING, requestTimeout: 3_000, retry: { retries: 100, initialRetryTime: 50, maxRetryTime: 500 },
  });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 3, replicationFactor: 3 }] });
  await admin.disconnect();
  producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
  await producer.connect();
  database = new mongo.MongoClient(cluster.mongo.uri, { retryWrites: true });
}, LIMIT_MS);

afterAll(async () => {
  await Promise.all([producer.disconnect(), database.close()]);
  await cluster.stop();
}, LIMIT_MS);

async function until(condition: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`it did not come about in 60 s: ${what}`);
    await pause(50);
  }
}

/** A record to each partition is acknowledged by two brokers. */
async function publishes(): Promise<void> {
  const messages = [0, 1, 2].map((partition) => ({ value: 'record', partition }));
  const [answer] = await producer.send({ topic: TOPIC, acks: -1, messages });
  expect(answer?.errorCode).toBe(0);
}

describe('a cluster of brokers', () => {
  it('goes on when one of them is killed, and takes it back', async () => {
    await publishes();
    const [broker] = cluster.kafka.nodes;
    await broker!.kill();
    await publishes();
    await broker!.restart();
    await publishes();
  }, LIMIT_MS);
});

describe('a replica set', () => {
  const kept = () => database.db('cluster').collection<{ value: string }>('kept');
  const values = async () => (await kept().find().toArray()).map(({ value }) => value);

  it('does an update of one client after those that others sent later', async () => {
    const named = async (appName: string) => new mongo.MongoClient(`${cluster.mongo.uri}&appName=${appName}`).connect();
    const [late, other] = await Promise.all([named('late'), named('other')]);
    const write = (client: mongo.MongoClient, value: string) => client.db('cluster').collection<{ _id: number; value: string }>('last').updateOne({ _id: 1 }, { $set: { value } }, { upsert: true });
    const value = async () => (await database.db('cluster').collection('last').findOne({}))?.['value'] as unknown;
    let isHeld = false;
    const held = cluster.mongo.holdNextUpdate('late', 3_000).then(() => { isHeld = true; });
    const untilHeld = async () => {
      while (!isHeld) await write(late, 'late');
    };
    const lateWrites = untilHeld();
    await held;
    await write(other, 'others');
    expect(await value()).toBe('others');
    await lateWrites;
    expect(await value()).toBe('late');
    await database.db('cluster').collection('last').drop();
    await Promise.all([late.close(), other.close()]);
  }, LIMIT_MS);

  it('keeps what was written when its primary is killed, and elects another one', async () => {
    await kept().insertOne({ value: 'before the kill' });
    const primary = await cluster.mongo.primary();
    await primary!.kill();
    await until(async () => kept().insertOne({ value: 'after the kill' }).then(() => true, () => false), 'a write is taken');
    expect((await cluster.mongo.primary())?.name).not.toBe(primary!.name);
    await primary!.restart();
    await until(async () => (await cluster.mongo.states()).every((state) => state === 'primary' || state === 'secondary'), 'all members follow');
    expect(await values()).toEqual(['before the kill', 'after the kill']);
  }, LIMIT_MS);

  it('elects another primary when its primary steps down', async () => {
    const stoodDown = await cluster.mongo.stepDown(20);
    await until(async () => (await cluster.mongo.primary()) !== undefined, 'another primary is elected');
    expect((await cluster.mongo.primary())?.name).not.toBe(stoodDown.name);
  }, LIMIT_MS);

  it('answers later by what its proxies are told', async () => {
    const primary = await cluster.mongo.primary();
    const took = async () => {
      const start = performance.now();
      await kept().findOne({}, { readPreference: 'primary' });
      return performance.now() - start;
    };
    await took();
    await primary!.proxy.delay(200);
    expect(await took()).toBeGreaterThanOrEqual(200);
    await primary!.proxy.clear();
    expect(await took()).toBeLessThan(200);
  }, LIMIT_MS);
});
