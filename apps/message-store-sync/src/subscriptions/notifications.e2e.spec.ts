import { Module } from '@nestjs/common';
import { messageStoreSync } from '@cpm/domain-message-store-sync';
import { requirement } from '@cpm/runtime-decider';
import { ServiceHost } from '@cpm/runtime-host';
import { startMongo, type MongoService } from '@cpm/testing-containers';
import { MessageStoreSyncModule } from '../message-store-sync.module.js';
import { bob, Listener, LivingStore, phone, until, type ReceivedList } from '../upkeep/living-store.fixture.js';

/** A process that dies before any effect has begun. */
@Module({ imports: [ServiceHost.for(messageStoreSync)] })
class WithoutEffects {}

let mongo: MongoService;
let store: LivingStore;
let listener: Listener;

beforeAll(async () => {
  mongo = await startMongo();
}, 120_000);
afterAll(() => mongo.stop());
beforeEach(async () => {
  store = await LivingStore.prepare(mongo, 'notifications');
  listener = await Listener.start();
  await store.run(MessageStoreSyncModule);
});
afterEach(async () => {
  await store.end();
  await listener.stop();
});

const idsOf = ({ nmsEvent }: ReceivedList) => nmsEvent.map(({ changedObject }) => changedObject?.correlationId);
const place = async () => (await store.box())?.subscriptions[0]?.place;
const count = async (lists: number) => until(() => listener.lists.length >= lists);

requirement('CPM-MLD-016', () => {
  it('tells a subscriber of every change once, in order, in lists that are numbered without a gap', async () => {
    expect(await store.subscribe(listener.url)).toMatchObject({ done: true });
    for (const id of ['m1', 'm2', 'm3']) {
      await store.deposit([id]);
      await until(() => listener.lists.flatMap(idsOf).includes(id));
    }
    await store.deposit(Array.from({ length: 20 }, (_, at) => `n${at}`));
    await until(() => listener.lists.flatMap(idsOf).length === 23);
    expect(listener.lists.map(({ index }) => index)).toEqual(listener.lists.map((_, at) => at + 1));
    expect(listener.lists.flatMap(idsOf)).toEqual(['m1', 'm2', 'm3', ...Array.from({ length: 20 }, (_, at) => `n${at}`)]);
    expect(listener.lists[0]).toMatchObject({ callbackData: 'cb', restartToken: 'r1.1.2.0', link: [{ rel: 'NmsSubscription', href: expect.stringContaining(`/nms/v1/main/${encodeURIComponent(bob)}/subscriptions/s1`) as string }] });
  });

  it('repeats a list that was not taken with the same number and the same changes, and goes on after it', async () => {
    let refusals = 2;
    listener.answer = (response) => void response.writeHead((refusals -= 1) >= 0 ? 500 : 200).end();
    await store.subscribe(listener.url);
    await store.deposit(['m1']);
    await count(1);
    await store.deposit(['m2']);
    store.pass(3_000);
    await count(2);
    store.pass(5_000);
    await until(() => listener.lists.some((list) => list.index === 2));
    expect(listener.lists.map((list) => [list.index, idsOf(list)])).toEqual([[1, ['m1']], [1, ['m1']], [1, ['m1']], [2, ['m2']]]);
    expect(await store.box()).toMatchObject({ modSeq: 2 });
  });

  it('sends nothing that the device does not want, takes no number for it, and goes on beyond it', async () => {
    await store.owner(1, [{ deviceId: phone, contentTypes: ['image/*'] }]);
    await store.subscribe(listener.url);
    await store.deposit(['m1', 'm2']);
    await until(async () => (await place())?.position === 2);
    await store.deposit(['picture'], { contentType: 'image/png' });
    await count(1);
    expect(listener.lists.map((list) => [list.index, idsOf(list)])).toEqual([[1, ['picture']]]);
  });

  it('tells a device whose rules have changed to search its box anew', async () => {
    await store.owner(1);
    await store.subscribe(listener.url);
    await store.owner(2, [{ deviceId: phone, contentTypes: ['image/*'] }]);
    await count(1);
    await store.deposit(['picture'], { contentType: 'image/png' });
    await count(2);
    expect(listener.lists.map(({ index, nmsEvent }) => [index, Object.keys(nmsEvent[0] ?? {})])).toEqual([[1, ['resetBox']], [2, ['changedObject']]]);
  });
});

it('sends anew after its time what was lost with a process', async () => {
  await store.halt();
  await store.run(WithoutEffects);
  await store.subscribe(listener.url);
  await store.deposit(['m1']);
  await until(async () => (await store.box())?.subscriptions[0]?.sending !== undefined);
  await store.halt();
  await store.run(MessageStoreSyncModule);
  expect(listener.lists).toEqual([]);
  store.pass(61_000);
  await count(1);
  await until(async () => (await place())?.index === 2);
  expect(listener.lists.map((list) => [list.index, idsOf(list)])).toEqual([[1, ['m1']]]);
});

it('gives up a subscriber whose subscription has ended', async () => {
  listener.answer = (response) => void response.writeHead(503).end();
  await store.subscribe(listener.url, 60);
  await store.deposit(['m1']);
  await count(1);
  store.pass(120_000);
  await until(async () => (await store.box())?.subscriptions.length === 0);
  expect(listener.lists).toHaveLength(1);
});
