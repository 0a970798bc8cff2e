import { EventEmitter, once } from 'node:events';
import { connectMongo, type MongoStatus } from './connection.js';
import { MongoAggregateStore } from './aggregate-store.js';
import { mongoForSpecs, startCrashable } from './mongo-under-test.js';

const mongo = mongoForSpecs(startCrashable);

it('refuses to start without a server, within 6 s', async () => {
  const startedAt = performance.now();
  await expect(connectMongo('mongodb://127.0.0.1:1/none?replicaSet=rs0')).rejects.toThrow(/ECONNREFUSED|timed out/);
  expect(performance.now() - startedAt).toBeLessThan(6_000);
}, 10_000);

it('tells when the server goes and comes back, fails operations meanwhile and keeps what was written', async () => {
  const changes = new EventEmitter();
  const seen: MongoStatus[] = [];
  const { connection, close } = await mongo.connect((status) => {
    seen.push(status);
    changes.emit(status);
  });
  const store = new MongoAggregateStore(connection, 'routing');
  const next = { id: 'a', owner: 'o', partition: 0, version: 1, watermark: 1, seen: {}, decidedAt: 1, state: { kept: true }, outbox: [], answers: [] };
  const write = { kind: 'message', isFirst: true, next, due: undefined, open: false, removableAt: undefined, message: undefined, journey: [] };
  expect(await store.write([], [write])).toBe('written');

  const gone = once(changes, 'disconnected');
  await mongo.service().kill();
  await gone;
  await expect(store.write([], [{ ...write, isFirst: false, next: { ...next, version: 2 } }])).rejects.toThrow();

  const back = once(changes, 'connected');
  await mongo.service().restart();
  await back;
  expect(await store.load('message', ['a'])).toEqual([next]);
  expect(seen).toEqual(['connected', 'disconnected', 'connected']);
  await close();
}, 60_000);

it('asks again with patience while the server is still on its way', async () => {
  await mongo.service().kill();
  let restarted: Promise<void> | undefined;
  const connection = await connectMongo(mongo.service().uri, { patienceMs: 60_000, driver: { serverSelectionTimeoutMS: 300 }, onAskedAgain: () => { restarted ??= mongo.service().restart(); } });
  expect(restarted).toBeDefined();
  await restarted;
  expect(connection.readyState).toBe(1);
  await connection.close();
}, 90_000);

it('does not ask again what the server refuses', async () => {
  const refused = connectMongo(mongo.service().uri.replace('://', '://nobody:wrong@'), { patienceMs: 60_000, onAskedAgain: () => { throw new Error('asked again'); } });
  await expect(refused).rejects.toThrow('Authentication failed');
}, 30_000);
