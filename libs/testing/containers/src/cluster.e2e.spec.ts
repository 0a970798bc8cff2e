import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel, Partitioners, type Consumer, type Producer } from 'kafkajs';
import { mongo } from 'mongoose';
import { startLocalCluster, type LocalCluster } from './cluster.js';

const LIMIT_MS = 180_000;
const TOPIC = 'going-on';
/** Longer than a broker may be silent to the controller, which is 3 s. */
const STALL_MS = 5_000;

let cluster: LocalCluster;
let producer: Producer;
let consumer: Consumer;
let database: mongo.MongoClient;
const heard = new Set<string>();
let sent = 0;

beforeAll(async () => {
  cluster = await startLocalCluster();
  const kafka = new Kafka({
    clientId: 'cluster-spec', brokers: cluster.kafka.brokers, logLevel: logLevel.NOTHING, requestTimeout: 3_000, retry: { retries: 100, initialRetryTime: 50, maxRetryTime: 500, restartOnFailure: () => Promise.resolve(true) },
  });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 3, replicationFactor: 3 }] });
  await admin.disconnect();
  producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
  await producer.connect();
  consumer = kafka.consumer({ groupId: 'cluster-spec', maxWaitTimeInMs: 100, sessionTimeout: 6_000, heartbeatInterval: 500 });
  await consumer.connect();
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
  await consumer.run({ eachMessage: ({ message }) => { heard.add(String(message.value)); return Promise.resolve(); } });
  database = new mongo.MongoClient(cluster.mongo.uri, { retryWrites: true });
}, LIMIT_MS);

afterAll(async () => {
  await Promise.all([consumer.disconnect(), producer.disconnect(), database.close()]);
  await cluster.stop();
}, LIMIT_MS);

async function until(condition: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`it did not come about in 60 s: ${what}`);
    await pause(50);
  }
}

/** A record to each partition is acknowledged by two brokers and arrives. */
async function publishes(): Promise<void> {
  const values = Array.from({ length: 6 }, () => `record ${(sent += 1)}`);
  await producer.send({ topic: TOPIC, acks: -1, messages: values.map((value, index) => ({ value, partition: index % 3 })) });
  await until(() => values.every((value) => heard.has(value)), `${values.join(', ')} are heard`);
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

  it('goes on while one of them is held still for longer than its session', async () => {
    const broker = cluster.kafka.nodes[1]!;
    broker.pause();
    await Promise.all([publishes(), pause(STALL_MS)]);
    broker.resume();
    await publishes();
  }, LIMIT_MS);

  it('goes on when the connections to one of them are cut', async () => {
    const { proxy } = cluster.kafka.nodes[2]!;
    await proxy.cut();
    const during = publishes();
    await pause(1_000);
    await proxy.join();
    await during;
  }, LIMIT_MS);
});

describe('a replica set', () => {
  const kept = () => database.db('cluster').collection<{ value: string }>('kept');
  const values = async () => (await kept().find().toArray()).map(({ value }) => value);

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

describe('the disk of a broker', () => {
  it('stops the broker when it is full, and the others go on; with room it starts again', async () => {
    const { disk, nodes: [broker] } = cluster.kafka;
    if (!disk) return;
    await disk.fill(broker!.pid!);
    while (broker!.pid !== undefined) await publishes();
    await disk.free(broker!.pid);
    await broker!.restart();
    await publishes();
  }, LIMIT_MS);
});
