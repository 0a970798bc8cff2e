import { createHash, randomBytes } from 'node:crypto';
import { connectMongo, databaseOf } from '@cpm/runtime-mongo';
import { startMongo, type MongoService } from '@cpm/testing-containers';
import type { CpmAddress } from '@cpm/vocabulary';
import type { Connection } from 'mongoose';
import { CHUNK_BYTES, ContentStore, newFileId, type StoredFile } from './index.js';

const DAY_MS = 86_400_000;
const owner = 'tel:+4915110000001' as CpmAddress;
const kind = { owner, contentType: 'image/png', fileName: 'a.png' };
let mongo: MongoService;
let connection: Connection;
let now: number;
let contents: ContentStore;

beforeAll(async () => {
  mongo = await startMongo();
  connection = await connectMongo(mongo.uri, { driver: { dbName: `content-${newFileId()}` } });
}, 180_000);
afterAll(async () => {
  await connection.dropDatabase();
  await connection.close();
  await mongo.stop();
});
beforeEach(async () => {
  for (const name of ['content.files', 'content.chunks']) await databaseOf(connection).collection(name).deleteMany({});
  now = Date.now();
  contents = new ContentStore(connection, { now: () => now, sleep: () => Promise.resolve() }, { fileMs: 30 * DAY_MS, unusedMs: DAY_MS });
  await contents.ensureIndexes();
});

async function* pieces(bytes: Buffer, of: number, fault?: Error): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += of) yield bytes.subarray(at, at + of);
  if (fault) throw fault;
}

const store = (bytes: Buffer, limit = Infinity, fault?: Error) => contents.store(pieces(bytes, 100_000, fault), kind, limit);
const kept = async (file: StoredFile) => Buffer.concat(await contents.read(file).toArray() as Buffer[]);
const counts = async () => Promise.all(['content.files', 'content.chunks'].map((name) => databaseOf(connection).collection(name).countDocuments()));

it.each([0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 900_000])('stores a stream of %d bytes and tells its size and hash', async (size) => {
  const bytes = randomBytes(size);
  const file = await store(bytes, size);
  expect(file).toEqual({ id: expect.any(String), size, sha256: createHash('sha256').update(bytes).digest('hex'), contentType: 'image/png', fileName: 'a.png', expiresAtMs: now + DAY_MS });
  expect(await contents.find(file.id)).toEqual(file);
  expect((await kept(file)).equals(bytes)).toBe(true);
});

it('keeps nothing of a stream that is too large, or breaks', async () => {
  const bytes = randomBytes(700_000);
  await expect(store(bytes, bytes.length - 1)).rejects.toMatchObject({ status: 413 });
  await expect(store(bytes, Infinity, new Error('broke'))).rejects.toThrow('broke');
  expect(await counts()).toEqual([0, 0]);
});

it('finds what a crash left of a stream, and erases it as unused', async () => {
  const { promise, resolve } = Promise.withResolvers<never>();
  async function* endless(): AsyncGenerator<Buffer> {
    yield randomBytes(CHUNK_BYTES);
    resolve(undefined as never);
    await new Promise<never>(() => undefined);
  }
  void contents.store(endless(), kind, Infinity);
  await promise;
  expect(await counts()).toEqual([1, 1]);
  now += DAY_MS;
  await contents.eraseExpired();
  expect(await counts()).toEqual([1, 0]);
});

it('keeps what an object names without end for as long as nobody removes it', async () => {
  const [named, unnamed] = [await store(randomBytes(10)), await store(randomBytes(10))];
  expect(await contents.markUsed(named.id, Infinity)).toBe(true);
  now += 1_000 * DAY_MS;
  await contents.eraseExpired();
  expect((await contents.find(named.id))?.expiresAtMs).toBe(Infinity);
  expect((await kept(named)).length).toBe(10);
  expect(await contents.markUsed(unnamed.id, Infinity)).toBe(false);
});

it('removes several at once, again without harm', async () => {
  const [one, two, three] = [await store(randomBytes(300_000)), await store(randomBytes(10)), await store(randomBytes(10))];
  for (let round = 0; round < 2; round += 1) await contents.removeAll([one.id, two.id, 'never']);
  await contents.removeAll([]);
  expect(await counts()).toEqual([1, 1]);
  expect((await kept(three)).length).toBe(10);
});
