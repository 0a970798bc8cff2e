import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { Problem } from '@cpm/http';
import { OfferMessage } from '@cpm/contracts-routing';
import { ContentStore } from '@cpm/runtime-content';
import type { MongoService } from '@cpm/testing-containers';
import { databaseOf } from '../database.js';
import { address, device, EdgeWorld, startDatabase, until } from '../edge-world.fixture.js';

const LIMIT = 600_000;
const [alice, bob] = [address(1), address(2)];
const [phone, other] = [device(1), device(2)];
let mongo: MongoService;
let world: EdgeWorld;
let authorization: string;

beforeAll(async () => {
  mongo = await startDatabase();
}, 60_000);
afterAll(async () => mongo.stop());
beforeEach(async () => {
  world = await EdgeWorld.start(mongo, { EDGE_MAX_FILE_BYTES: LIMIT });
  await world.register(alice, phone);
  await world.register(bob, other);
  authorization = `Bearer ${await world.token({ user: alice, device: phone })}`;
});
afterEach(async () => world.stop());

interface Uploaded {
  readonly id: string;
  readonly size: number;
  readonly sha256: string;
  readonly contentType: string;
}

const content = randomBytes(550_000);
const upload = (body: Buffer<ArrayBuffer> | string, headers: Record<string, string> = {}, query = '') =>
  fetch(`${world.url}/cpm/v1/files${query}`, { method: 'POST', body, headers: { authorization, 'content-type': 'image/jpeg', ...headers } });
const download = (id: string, headers: Record<string, string> = {}) => fetch(`${world.url}/cpm/v1/files/${id}`, { headers: { authorization, ...headers } });
const uploaded = async (body: Buffer<ArrayBuffer> | string = content, headers?: Record<string, string>, query?: string) => (await (await upload(body, headers, query)).json()) as Uploaded;

async function stored(): Promise<[files: number, chunks: number]> {
  const database = databaseOf(world.connection);
  return [await database.collection('content.files').countDocuments(), await database.collection('content.chunks').countDocuments()];
}

it('keeps a file as it came and gives it to whoever has its id', async () => {
  const response = await upload(content, { 'content-type': 'image/jpeg; q=1', 'x-file-name': encodeURIComponent('Café "1".jpg') });
  expect(response.status).toBe(201);
  const file = (await response.json()) as Uploaded;
  expect(file).toEqual({ id: expect.stringMatching(/^[\w-]{24}$/), size: content.length, sha256: createHash('sha256').update(content).digest('hex'), contentType: 'image/jpeg; q=1' });
  const fetched = await fetch(`${world.url}/cpm/v1/files/${file.id}`, { headers: { authorization: `Bearer ${await world.token({ user: bob, device: other })}` } });
  expect(fetched.status).toBe(200);
  expect(Buffer.from(await fetched.arrayBuffer()).equals(content)).toBe(true);
  expect(Object.fromEntries(fetched.headers)).toMatchObject({
    'content-type': 'image/jpeg; q=1', 'content-length': String(content.length), 'accept-ranges': 'bytes', 'x-content-type-options': 'nosniff', etag: `"${file.sha256}"`,
    'content-disposition': "attachment; filename*=UTF-8''Caf%C3%A9%20%221%22.jpg",
  });
});

it('keeps JSON and empty files as they are', async () => {
  const json = await uploaded('{"a": 1}', { 'content-type': 'application/json' }, '?fileName=a.json');
  expect(await (await download(json.id)).text()).toBe('{"a": 1}');
  const empty = await uploaded('');
  expect(empty.size).toBe(0);
  expect(await (await download(empty.id)).text()).toBe('');
});

it.each([['bytes=0-9', 0, 9], ['bytes=261000-262000', 261_000, 262_000], ['bytes=-5', 549_995, 549_999], ['bytes=549999-', 549_999, 549_999]])('gives the range %s', async (range, first, last) => {
  const { id } = await uploaded();
  const response = await download(id, { range });
  expect(response.status).toBe(206);
  expect(response.headers.get('content-range')).toBe(`bytes ${first}-${last}/550000`);
  expect(Buffer.from(await response.arrayBuffer()).equals(content.subarray(first, last + 1))).toBe(true);
});

it('answers a range outside the file, and gives the whole file when the part would be of another one', async () => {
  const { id } = await uploaded();
  const outside = await download(id, { range: 'bytes=550000-' });
  expect(outside.status).toBe(416);
  expect(outside.headers.get('content-range')).toBe('bytes */550000');
  expect((await download(id, { range: 'bytes=0-9', 'if-range': '"another"' })).status).toBe(200);
});

it.each([['declared', true], ['not declared', false]])('refuses a file over the limit whose size is %s, and keeps nothing', async (_, isDeclared) => {
  const body = randomBytes(LIMIT + 1);
  const response = await new Promise<{ status: number | undefined; type: string | undefined }>((resolve, reject) => {
    const headers = { authorization, 'content-type': 'image/jpeg', ...(isDeclared && { 'content-length': String(body.length) }) };
    const sending = httpRequest(`${world.url}/cpm/v1/files`, { method: 'POST', headers }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode, type: answer.headers['content-type'] });
    });
    sending.on('error', reject);
    for (let at = 0; at < body.length; at += 65_536) sending.write(body.subarray(at, at + 65_536));
    sending.end();
  });
  expect(response).toEqual({ status: 413, type: expect.stringContaining('application/problem+json') });
  expect(await stored()).toEqual([0, 0]);
});

it('keeps nothing of an upload that breaks off', async () => {
  const sending = httpRequest(`${world.url}/cpm/v1/files`, { method: 'POST', headers: { authorization, 'content-type': 'image/jpeg', 'content-length': '550000' } });
  sending.on('error', () => undefined);
  sending.write(content.subarray(0, 500_000));
  await until(async () => (await stored())[1] > 0);
  sending.destroy();
  await until(async () => (await stored())[1] === 0);
  expect(await stored()).toEqual([0, 0]);
});

it.each<[string, Record<string, string>, number]>([
  ['no media type', { 'content-type': 'jpeg' }, 415],
  ['a name with a path', { 'x-file-name': '..%2Fa' }, 400],
  ['a name with control characters', { 'x-file-name': 'a%00b' }, 400],
  ['a name that is not encoded', { 'x-file-name': '%zz' }, 400],
])('refuses %s', async (_, headers, status) => {
  const response = await upload(content, headers);
  expect(response.status).toBe(status);
  expect(((await response.json()) as Problem).status).toBe(status);
  expect(await stored()).toEqual([0, 0]);
});

it('answers an id that never was, and one that is over', async () => {
  expect((await download('nothing')).status).toBe(404);
  expect((await download('..%2f..%2fetc')).status).toBe(404);
  const { id } = await uploaded();
  const files = databaseOf(world.connection).collection<{ _id: string }>('content.files');
  await files.updateOne({ _id: id }, { $set: { 'metadata.expiresAtMs': Date.now() } });
  expect((await download(id)).status).toBe(410);
  await world.app.get(ContentStore).eraseExpired();
  expect(await stored()).toEqual([1, 0]);
  expect((await download(id)).status).toBe(410);
  await files.updateOne({ _id: id }, { $set: { 'metadata.expiresAtMs': Date.now() - 31 * 86_400_000 } });
  await world.app.get(ContentStore).eraseExpired();
  expect((await download(id)).status).toBe(404);
});

it('goes with a message', async () => {
  const { id: fileId } = await uploaded();
  const response = await fetch(`${world.url}/cpm/v1/messages`, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify({ to: [bob], contentType: 'image/jpeg', fileId }) });
  expect(response.status).toBe(202);
  expect(world.published('routing', OfferMessage)).toMatchObject([{ data: { message: { content: { kind: 'stored', contentId: fileId }, size: content.length } } }]);
});
