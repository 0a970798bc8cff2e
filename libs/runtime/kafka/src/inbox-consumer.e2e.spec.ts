import { OwnershipLostError, type PartitionBatch } from '@cpm/runtime-ports';
import kafkajs from 'kafkajs';
import { collecting, kafkaForSpecs, nextOf, openInbox, until, type Inbox } from './kafka-under-test.js';

const LIMIT_MS = 60_000;
const kafka = kafkaForSpecs();
let inbox: Inbox;
beforeEach(async () => {
  inbox = await openInbox(kafka().brokers);
}, LIMIT_MS);
afterEach(() => inbox.close(), LIMIT_MS);

const numbered = (count: number, prefix = '') => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const sorted = (values: readonly string[]) => values.toSorted();

it('joins all partitions of a fetch into one call, one call at a time', async () => {
  await inbox.publish(numbered(60));
  const values: string[] = [];
  const partitionsOfCalls: number[][] = [];
  let running = 0;
  await inbox.consume(async (batches, session) => {
    running += 1;
    expect(running).toBe(1);
    await session.heartbeat();
    await collecting(values, () => partitionsOfCalls.push(batches.map(({ partition }) => partition)))(batches, session);
    running -= 1;
  });
  await until(() => values.length === 60);
  expect(partitionsOfCalls[0]?.toSorted()).toEqual([0, 1, 2]);
}, LIMIT_MS);

it('tells what it owns before the first fetch, and how far behind it is', async () => {
  await inbox.publish(numbered(30));
  const told: (readonly number[])[] = [];
  const values: string[] = [];
  let lagSeen = 0;
  const consumer = await inbox.consume(async (batches, session) => {
    expect(told).toEqual([[0, 1, 2]]);
    lagSeen = Math.max(lagSeen, consumer.lag());
    await collecting(values)(batches, session);
  }, { onAssignment: (partitions) => told.push(partitions) });
  await until(() => values.length === 30);
  expect(consumer.ownedPartitions()).toEqual([0, 1, 2]);
  expect([lagSeen, consumer.lag()]).toEqual([30, 0]);
  expect(consumer.statuses).toEqual(['running']);
}, LIMIT_MS);

it.each([
  ['an error', () => new Error('the store is down')],
  ['a TypeError, which would stop kafkajs for good', () => new TypeError('x is not a function')],
])('repeats the same batches in place after %s, longer than a session lasts', async (_, failure) => {
  await inbox.publish(numbered(20));
  const values: string[] = [];
  const attempts: string[] = [];
  const assignments: (readonly number[])[] = [];
  const failUntil = performance.now() + 7_500;
  const consumer = await inbox.consume(async (batches, session) => {
    attempts.push(JSON.stringify(batches.map(({ partition, committed, records }) => [partition, committed, records.length])));
    if (performance.now() < failUntil) throw failure();
    await collecting(values)(batches, session);
  }, { onAssignment: (partitions) => assignments.push(partitions) });
  await until(() => values.length === 20);
  expect(attempts.length).toBeGreaterThan(4);
  expect(new Set(attempts).size).toBe(1);
  expect(assignments).toHaveLength(1);
  expect(consumer.statuses).toEqual(['running', 'stalled', 'running']);
}, LIMIT_MS);

it('repeats only what a failed attempt has not committed', async () => {
  await inbox.publish(numbered(30));
  const committed = new Map<number, number>();
  const seen: PartitionBatch[][] = [];
  await inbox.consume(async (batches, session) => {
    seen.push([...batches]);
    const [first] = batches as [PartitionBatch];
    const next = new Map([[first.partition, first.committed + 1]]);
    for (const [partition, offset] of next) committed.set(partition, offset);
    await session.commit(next);
    if (seen.length < 4) throw new Error('after a part');
    await session.commit(nextOf(batches));
  });
  await until(() => seen.length === 4);
  const firsts = seen.map(([batch]) => batch as PartitionBatch);
  expect(firsts.map(({ committed: from }) => from)).toEqual([0, 1, 2, 3]);
  expect(firsts.map(({ records }) => records[0]?.offset)).toEqual([0, 1, 2, 3]);
}, LIMIT_MS);

it('refuses the commit of a process that hung longer than its session, and gives its records again', async () => {
  await inbox.publish(numbered(12));
  const admin = new kafkajs.Kafka({ brokers: [...kafka().brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  const group = inbox.topic.slice(0, -'.inbox'.length);
  const hasMembers = async () => ((await admin.describeGroups([group])).groups[0]?.members.length ?? 0) > 0;
  const values: string[] = [];
  const refusals: unknown[] = [];
  let calls = 0;
  const consumer = await inbox.consume(async (batches, session) => {
    calls += 1;
    if (calls > 1) return collecting(values)(batches, session);
    await until(async () => !(await hasMembers()));
    await session.commit(nextOf(batches)).catch((error: unknown) => {
      refusals.push(error);
      throw error;
    });
  });
  await until(() => values.length >= 12);
  await admin.disconnect();
  expect(refusals).toEqual([expect.any(OwnershipLostError)]);
  expect(sorted(values)).toEqual(sorted(numbered(12)));
  expect(consumer.statuses.at(-1)).toBe('running');
}, LIMIT_MS);

it('refuses the commit of an earlier membership although its partitions came back', async () => {
  await inbox.publish(numbered(12));
  let kept: { commit: () => Promise<void> } | undefined;
  const values: string[] = [];
  const assignments: (readonly number[])[] = [];
  await inbox.consume(async (batches, session) => {
    kept ??= { commit: () => session.commit(nextOf(batches)) };
    await collecting(values)(batches, session);
  }, { onAssignment: (partitions) => assignments.push(partitions) });
  await until(() => values.length === 12);
  await (await inbox.consume(async () => undefined)).stop();
  await until(() => assignments.length > 2 && assignments.at(-1)?.length === 3);
  await expect(kept?.commit()).rejects.toBeInstanceOf(OwnershipLostError);
}, LIMIT_MS);

it('shares the partitions of a growing and shrinking group without committing anything twice', async () => {
  const values: string[] = [];
  const ranges: [partition: number, from: number, to: number][] = [];
  const process = async (batches: readonly PartitionBatch[], session: Parameters<ReturnType<typeof collecting>>[1]) => {
    await session.heartbeat();
    const next = nextOf(batches);
    await session.commit(next);
    for (const { partition, committed, records } of batches) {
      ranges.push([partition, committed, next.get(partition) as number]);
      values.push(...records.map(({ value }) => value));
    }
  };
  let published = 0;
  let isPublishing = true;
  const publishing = (async () => {
    while (isPublishing) {
      await inbox.publish(numbered(20, `${published}-`));
      published += 20;
    }
  })();
  const first = await inbox.consume(process);
  await until(() => values.length > 200);
  const second = await inbox.consume(process);
  await until(() => first.ownedPartitions().length + second.ownedPartitions().length === 3 && second.ownedPartitions().length > 0);
  const before = values.length;
  await until(() => values.length > before + 500);
  await first.stop();
  await until(() => second.ownedPartitions().length === 3);
  isPublishing = false;
  await publishing;
  await until(() => values.length >= published);
  expect(new Set(values).size).toBe(published);
  expect(values).toHaveLength(published);
  for (const own of Map.groupBy(ranges, ([partition]) => partition).values()) {
    const inOrder = own.toSorted((a, b) => a[1] - b[1]);
    expect(inOrder.map(([, from]) => from)).toEqual([0, ...inOrder.slice(0, -1).map(([, , to]) => to)]);
  }
}, LIMIT_MS);

it('fetches nothing while it is paused, not even after a rebalance', async () => {
  const values: string[] = [];
  const others: string[] = [];
  const consumer = await inbox.consume(collecting(values));
  await inbox.consume(collecting(others), { groupId: `${inbox.topic}-other` });
  consumer.pause();
  await inbox.publish(numbered(10, 'a'));
  await until(() => others.length === 10);
  expect(values).toEqual([]);
  const joining = await inbox.consume(async () => undefined);
  await joining.stop();
  await until(() => consumer.ownedPartitions().length === 3);
  await inbox.publish(numbered(10, 'b'));
  await until(() => others.length === 20);
  expect(values).toEqual([]);
  consumer.resume();
  await until(() => values.length === 20);
  expect(sorted(values)).toEqual(sorted(others));
}, LIMIT_MS);

it('lets the running process finish and commit when it is stopped', async () => {
  await inbox.publish(numbered(9));
  const values: string[] = [];
  let finish: () => void = () => undefined;
  const mayFinish = new Promise<void>((resolve) => { finish = resolve; });
  let begun = 0;
  const consumer = await inbox.consume(async (batches, session) => {
    begun += 1;
    await mayFinish;
    await collecting(values)(batches, session);
  });
  await until(() => begun === 1);
  const stopped = consumer.stop();
  finish();
  await stopped;
  expect(consumer.statuses.at(-1)).toBe('stopped');
  const later: string[] = [];
  await inbox.publish(['last']);
  await inbox.consume(collecting(later));
  await until(() => later.includes('last'));
  expect(sorted([...values, ...later])).toEqual(sorted([...numbered(9), 'last']));
  expect(values.length).toBeGreaterThan(0);
}, LIMIT_MS);

it('stops although its process keeps failing', async () => {
  await inbox.publish(['a']);
  const consumer = await inbox.consume(async () => { throw new Error('down'); });
  await until(() => consumer.statuses.includes('stalled'));
  await consumer.stop();
  expect(consumer.statuses.at(-1)).toBe('stopped');
}, LIMIT_MS);

it('reports a crash that kafkajs does not recover from', async () => {
  const { CompressionCodecs, CompressionTypes, KafkaJSNotImplemented } = kafkajs as typeof kafkajs & { KafkaJSNotImplemented: new (message: string) => Error };
  const client = new kafkajs.Kafka({ brokers: [...kafka().brokers], logLevel: kafkajs.logLevel.NOTHING });
  await keepPacked(client.admin(), inbox.topic);
  const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic: inbox.topic, compression: CompressionTypes.GZIP, messages: [{ key: 'k', value: 'v' }] });
  await producer.disconnect();
  const gzip = CompressionCodecs[CompressionTypes.GZIP];
  CompressionCodecs[CompressionTypes.GZIP] = () => ({ decompress: async () => { throw new KafkaJSNotImplemented('as for a codec that is not registered'); } });
  try {
    const told: unknown[][] = [];
    const consumer = await inbox.consume(async () => undefined, { onStatus: (...status) => told.push(status) });
    await until(() => told.some(([status]) => status === 'crashed'));
    expect(told).toEqual([['running', undefined], ['crashed', 'as for a codec that is not registered']]);
    expect(consumer.ownedPartitions()).toEqual([]);
  } finally {
    CompressionCodecs[CompressionTypes.GZIP] = gzip;
  }
}, LIMIT_MS);

/** Somebody sets the topic so that the broker hands out what it got as it came. */
async function keepPacked(admin: kafkajs.Admin, name: string): Promise<void> {
  await admin.connect();
  const configEntries = [{ name: 'compression.type', value: 'producer' }, { name: 'message.timestamp.type', value: 'LogAppendTime' }];
  await admin.alterConfigs({ validateOnly: false, resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries }] });
  await admin.disconnect();
}
