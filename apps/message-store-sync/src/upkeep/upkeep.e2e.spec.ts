import { Module } from '@nestjs/common';
import { ChangeFolder, CreateObjects, UpdateObjects } from '@cpm/contracts-message-store-sync';
import { messageStoreSync, OBJECTS_TABLE } from '@cpm/domain-message-store-sync';
import { ContentStore } from '@cpm/runtime-content';
import { requirement } from '@cpm/runtime-decider';
import { ServiceHost } from '@cpm/runtime-host';
import { collectionOf, MongoAggregateStore } from '@cpm/runtime-mongo';
import { startMongo, type MongoService } from '@cpm/testing-containers';
import { DEFAULT_POLICY } from '@cpm/vocabulary';
import { Boxes } from '../boxes.js';
import { MessageStoreSyncModule } from '../message-store-sync.module.js';
import { ObjectReader } from '../object-reader.js';
import { StoredObjects } from '../stored-objects.js';
import { bob, DAY_MS, LivingStore, phone, until } from './living-store.fixture.js';
import { UnnamedContents } from './unnamed-contents.js';

/** A process that dies before any effect has begun. */
@Module({ imports: [ServiceHost.for(messageStoreSync)] })
class WithoutEffects {}

let mongo: MongoService;
let store: LivingStore;

beforeAll(async () => {
  mongo = await startMongo();
}, 120_000);
afterAll(() => mongo.stop());
beforeEach(async () => {
  store = await LivingStore.prepare(mongo, 'upkeep');
});
afterEach(() => store.end());

const left = async () => (await store.rows()).filter(({ deleted }) => !deleted).map(({ messageId }) => messageId);
const folder = (key: string, change: ChangeFolder['change']) => store.ask(ChangeFolder, { user: bob, commandId: `${key}-${change.kind}`, device: phone, at: store.clock.now(), folder: key, change });
const object = (objectId: string, parts: CreateObjects['objects'][number]['parts'] = [{ contentType: 'text/plain', size: 1, text: 'x' }], inFolder = 'f-1') => ({
  objectId, folder: inFolder, context: 'pager-message', direction: 'In' as const, from: 'tel:+4915110000001', to: [bob], date: store.clock.now(), attributes: [], flags: [], parts,
});
const create = (objects: CreateObjects['objects']) => store.ask(CreateObjects, { user: bob, commandId: `create-${objects[0]?.objectId}`, device: phone, at: store.clock.now(), objects });

requirement('CPM-MLD-017', () => {
  it('removes what was in a removed folder, however much it is, and nothing else', async () => {
    await store.run(MessageStoreSyncModule);
    await folder('f-1', { kind: 'create', name: 'One', parent: '/main' });
    await folder('f-2', { kind: 'create', name: 'Two', parent: '/main' });
    const many = Array.from({ length: 1_200 }, (_, at) => object(`o${String(at).padStart(4, '0')}`));
    for (const part of [many.slice(0, 500), many.slice(500, 1_000), many.slice(1_000)]) expect(await create(part)).toMatchObject({ done: true });
    await create([object('stays', undefined, 'f-2')]);
    await store.deposit(['m1']);
    await folder('f-1', { kind: 'remove' });
    await until(async () => (await store.box())?.emptying.length === 0);
    expect((await left()).sort()).toEqual(['m1', 'stays']);
    const removed = (await store.rows()).filter(({ deleted }) => deleted);
    expect(new Set(removed.map(({ modSeq }) => modSeq)).size).toBe(1_200);
    expect(removed.every(({ removedAs }) => removedAs === 'deleted')).toBe(true);
  }, 60_000);

  it('empties a conversation of what was in it, and keeps what came after, though a process was lost in between', async () => {
    await store.run(WithoutEffects);
    await store.deposit(['m1', 'm2']);
    await folder('/main/tel:+4915110000001', { kind: 'remove' });
    await store.deposit(['m3']);
    await store.halt();
    await store.run(MessageStoreSyncModule);
    expect(await left()).toEqual(['m1', 'm2', 'm3']);
    store.pass(61_000);
    await until(async () => (await store.box())?.emptying.length === 0);
    expect(await left()).toEqual(['m3']);
  });

  it('removes with a conversation what an earlier version stored in it, which did not say when it came', async () => {
    await store.run(WithoutEffects);
    await store.deposit(['m1', 'm2']);
    await store.connection.collection(collectionOf('message-store-sync', OBJECTS_TABLE)).updateMany({ oid: { $in: ['in-m1'] } }, { $unset: { born: '' } });
    await folder('/main/tel:+4915110000001', { kind: 'remove' });
    const reader = new ObjectReader(new StoredObjects(store.connection), new Boxes(new MongoAggregateStore(store.connection, 'message-store-sync'), { current: () => DEFAULT_POLICY }));
    expect([...(await reader.find(bob, ['in-m1', 'in-m2'])).keys()]).toEqual([]);
    await store.halt();
    await store.run(MessageStoreSyncModule);
    store.pass(61_000);
    await until(async () => (await store.box())?.emptying.length === 0);
    expect(await left()).toEqual([]);
  });
});

it('lets objects expire that are older than the policy keeps them, and forgets them in their time', async () => {
  await store.allow({ 'store.retentionDays': 30, 'store.tombstoneDays': 10 });
  await store.run(MessageStoreSyncModule);
  await store.deposit(['old'], { sentAt: store.clock.now() - 20 * DAY_MS });
  await store.deposit(['young']);
  store.pass(11 * DAY_MS);
  await store.deposit(['new']);
  expect(await left()).toEqual(['old', 'young', 'new']);
  store.pass(20 * DAY_MS);
  await until(async () => (await left()).length === 1);
  expect(await left()).toEqual(['new']);
  expect((await store.rows()).filter(({ deleted }) => deleted).map(({ removedAs }) => removedAs)).toEqual(['expired', 'expired']);
  await until(async () => (await store.box())?.sweep.running === false);
  expect((await store.box())?.sweep).toMatchObject({ usage: { objects: 1, bytes: 5 }, floor: 0 });
  store.pass(31 * DAY_MS);
  await until(async () => (await store.box())?.sweep.floor === 5);
  expect(await left()).toEqual([]);
  store.pass(11 * DAY_MS);
  await until(async () => (await store.rows()).length === 0);
  await until(async () => (await store.box())?.sweep.dueAt === null);
});

it('lets the oldest go when a box is too full, by count and by size', async () => {
  await store.allow({ 'store.maxObjects': 5 });
  await store.run(MessageStoreSyncModule);
  const begin = store.clock.now() - DAY_MS;
  for (const [at, id] of ['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7'].entries()) await store.deposit([id], { sentAt: begin + at });
  store.pass(3_600_000);
  await until(async () => (await left()).length === 5);
  expect(await left()).toEqual(['m3', 'm4', 'm5', 'm6', 'm7']);
  await store.allow({ 'store.maxObjects': 5, 'store.maxBytes': 12 });
  await until(async () => (await store.box())?.sweep.running === false);
  store.pass(2 * 3_600_000);
  await until(async () => {
    store.pass(3_600_000);
    return (await left()).length === 2;
  });
  expect(await left()).toEqual(['m6', 'm7']);
});

it('counts exactly what is there, and refuses what would be too much', async () => {
  await store.allow({ 'store.maxObjects': 3 });
  await store.run(MessageStoreSyncModule);
  await store.deposit(['m1', 'm2']);
  expect(await create([object('a', undefined, '/main/x'), object('b', undefined, '/main/x')])).toEqual({ done: false, refusal: 'quota-exceeded' });
  await until(async () => ((await store.box())?.sweep.number ?? 0) > 0 && (await store.box())?.sweep.running === false);
  expect((await store.box())?.sweep.usage).toEqual({ objects: 2, bytes: 10 });
  expect(await create([object('c', undefined, '/main/x')])).toMatchObject({ done: true });
});

it('lets contents expire that no object names any more, and no others', async () => {
  await store.run(MessageStoreSyncModule);
  const contents = store.host.app.get(ContentStore, { strict: false });
  const [kept, lost, shared] = await Promise.all(['kept', 'lost', 'shared'].map((text) => contents.keepText(text.repeat(1_000), 'text/plain'))) as [string, string, string];
  const part = (contentId: string) => [{ contentType: 'image/png', size: 1, contentId }];
  await create([object('o1', part(kept), '/main/x'), object('o2', part(lost), '/main/x'), object('o3', part(shared), '/main/x'), object('o4', part(shared), '/main/x')]);
  await store.ask(UpdateObjects, { user: bob, commandId: 'remove', at: store.clock.now(), objects: ['o2', 'o3'].map((objectId) => ({ objectId, remove: 'deleted' as const })) });
  const review = async () => {
    await store.host.app.get(UnnamedContents, { strict: false }).review();
    await contents.eraseExpired();
    return Promise.all([kept, lost, shared].map(async (id) => ((await contents.find(id))?.expiresAtMs ?? 0) > store.clock.now()));
  };
  expect(await review()).toEqual([true, true, true]);
  store.pass(63 * DAY_MS);
  expect(await review()).toEqual([true, false, true]);
  expect(await store.connection.collection('content.chunks').countDocuments({ files_id: lost })).toBe(0);
});
