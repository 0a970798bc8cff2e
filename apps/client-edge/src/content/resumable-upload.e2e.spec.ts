import { createHash, randomBytes } from 'node:crypto';
import type { MongoService } from '@cpm/testing-containers';
import { startDatabase, until } from '../edge-world.fixture.js';
import { CHUNK_BYTES } from '@cpm/runtime-content';
import { bob, problemOf, UploadStage } from './upload-stage.fixture.js';
import { Uploads } from './uploads.js';

const LIMIT = 1_500_000;
const content = randomBytes(1_000_000);
const sha256 = createHash('sha256').update(content).digest('hex');
let mongo: MongoService;
let stage: UploadStage;

beforeAll(async () => {
  mongo = await startDatabase();
}, 60_000);
afterAll(async () => mongo.stop());
beforeEach(async () => {
  stage = await UploadStage.start(mongo, { EDGE_MAX_FILE_BYTES: LIMIT });
});
afterEach(async () => stage.world.stop());

const whole = (id: unknown = expect.stringMatching(/^[\w-]{24}$/)) => ({ id, size: content.length, sha256, contentType: 'image/jpeg' });

it('takes a file under an id in one request, and answers the same when it is repeated', async () => {
  const first = await stage.begin('one', content, content.length);
  expect(first.status).toBe(201);
  expect(first.headers.get('upload-offset')).toBe(String(content.length));
  const file = (await first.json()) as { id: string };
  expect(file).toEqual(whole());
  const stored = await stage.stored();
  const second = await stage.begin('one', content, content.length);
  expect([second.status, await second.json()]).toEqual([201, file]);
  expect(await stage.stored()).toEqual(stored);
  const lost = await stage.patch('one', content.length, '');
  expect([lost.status, await lost.json()]).toEqual([201, file]);
  expect((await stage.content(file.id)).equals(content)).toBe(true);
});

it('takes no more than once what is sent in two requests at the same time under one id', async () => {
  const answers = await Promise.all([stage.begin('one', content, content.length), stage.begin('one', content, content.length)]);
  expect(answers.map(({ status }) => status)).toContain(201);
  expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
  const [files, chunks] = await stage.stored();
  expect([files, chunks]).toEqual([1, Math.ceil(content.length / CHUNK_BYTES)]);
  expect(await (await stage.begin('one', content, content.length)).json()).toEqual(whole());
});

it.each([0, 1, 100_000, CHUNK_BYTES, 2 * CHUNK_BYTES + 17])('keeps %d bytes that arrived before the connection broke, and goes on there', async (arrived) => {
  await stage.breakOff('one', content.subarray(0, arrived), content.length);
  await until(async () => (await stage.offset('one')) === arrived);
  const head = await stage.head('one');
  expect([head.status, head.headers.get('upload-length'), head.headers.get('cache-control')]).toEqual([200, String(content.length), 'no-store']);
  const rest = await stage.patch('one', arrived, content.subarray(arrived));
  expect(rest.status).toBe(201);
  const file = (await rest.json()) as { id: string };
  expect(file).toEqual(whole());
  expect((await stage.content(file.id)).equals(content)).toBe(true);
  expect(await stage.stored()).toEqual([1, Math.ceil(content.length / CHUNK_BYTES), 1]);
});

it('goes on after another process has begun', async () => {
  await stage.breakOff('one', content.subarray(0, 300_000), content.length);
  await until(async () => (await stage.offset('one')) === 300_000);
  const replica = await UploadStage.start(mongo, {}, stage.world.connection.name);
  try {
    expect(await (await replica.patch('one', 300_000, content.subarray(300_000))).json()).toEqual(whole());
  } finally {
    await replica.world.app.close();
    await replica.world.connection.close();
  }
});

it('takes a file in parts and says after each how far it is', async () => {
  const parts = [0, 10, CHUNK_BYTES - 1, CHUNK_BYTES, 700_001, content.length];
  const begun = await stage.begin('one', content.subarray(0, 10), content.length);
  expect([begun.status, begun.headers.get('upload-offset')]).toEqual([204, '10']);
  for (let part = 1; part < parts.length - 2; part += 1) {
    const response = await stage.patch('one', parts[part]!, content.subarray(parts[part], parts[part + 1]));
    expect([response.status, response.headers.get('upload-offset')]).toEqual([204, String(parts[part + 1])]);
  }
  const last = await stage.patch('one', 700_001, content.subarray(700_001));
  const file = (await last.json()) as { id: string };
  expect(file).toEqual(whole());
  expect((await stage.content(file.id)).equals(content)).toBe(true);
});

it('takes an empty file', async () => {
  const response = await stage.begin('none', '', 0);
  expect([response.status, await response.json()]).toEqual([201, { id: expect.any(String), size: 0, sha256: createHash('sha256').digest('hex'), contentType: 'image/jpeg' }]);
});

it('refuses an offset that is not the kept one, and says the right one', async () => {
  await stage.begin('one', content.subarray(0, 500), content.length);
  for (const offset of [0, 499, 501]) {
    const response = await stage.patch('one', offset, content.subarray(offset));
    expect([response.status, response.headers.get('upload-offset')]).toEqual([409, '500']);
    expect((await problemOf(response)).errors).toEqual([{ path: 'Upload-Offset', message: 'must be 500' }]);
  }
  const again = await stage.begin('one', content, content.length);
  expect([again.status, again.headers.get('upload-offset')]).toEqual([409, '500']);
  expect(await stage.offset('one')).toBe(500);
});

it('lets the later of two connections go on, and the file stays what it is', async () => {
  const { request, answer } = stage.open('POST', '/cpm/v1/files', { 'upload-id': 'one', 'upload-length': String(content.length), 'content-length': String(content.length) });
  request.write(content.subarray(0, 2 * CHUNK_BYTES + 1_000));
  await until(async () => (await stage.offset('one')) === 2 * CHUNK_BYTES);
  // The client has given the first connection up, which the edge does not know.
  const second = await stage.patch('one', 2 * CHUNK_BYTES, content.subarray(2 * CHUNK_BYTES, 800_000));
  expect([second.status, second.headers.get('upload-offset')]).toEqual([204, '800000']);
  request.end(Buffer.alloc(content.length - 2 * CHUNK_BYTES - 1_000, 'wrong'));
  expect(await answer).toBe(409);
  const rest = await stage.patch('one', 800_000, content.subarray(800_000));
  const file = (await rest.json()) as { id: string };
  expect(file).toEqual(whole());
  expect((await stage.content(file.id)).equals(content)).toBe(true);
});

it('does not count what an earlier connection brings after a later one has come', async () => {
  const first = stage.open('POST', '/cpm/v1/files', { 'upload-id': 'one', 'upload-length': String(content.length), 'content-length': String(content.length) });
  first.request.write(content.subarray(0, 300_000));
  await until(async () => (await stage.offset('one')) === CHUNK_BYTES);
  const second = stage.open('PATCH', '/cpm/v1/files/uploads/one', { 'upload-offset': String(CHUNK_BYTES), 'content-length': String(content.length - CHUNK_BYTES) });
  second.request.flushHeaders();
  await stage.writers('one', 2);
  first.request.end(Buffer.alloc(content.length - 300_000, 'wrong'));
  expect([await first.answer, await stage.offset('one')]).toEqual([409, CHUNK_BYTES]);
  second.request.end(content.subarray(CHUNK_BYTES));
  expect(await second.answer).toBe(201);
  expect(await (await stage.begin('one', content, content.length)).json()).toEqual(whole());
});

it('gives one of two connections at the same offset the upload', async () => {
  await stage.begin('one', content.subarray(0, 400_000), content.length);
  const answers = await Promise.all([stage.patch('one', 400_000, content.subarray(400_000)), stage.patch('one', 400_000, content.subarray(400_000))]);
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  const file = (await answers.find(({ status }) => status === 201)!.json()) as { id: string };
  expect((await stage.content(file.id)).equals(content)).toBe(true);
});

it('shows an upload to nobody but the one who began it', async () => {
  await stage.begin('one', content.subarray(0, 500), content.length);
  expect(await stage.offset('one', bob)).toBeUndefined();
  expect((await stage.patch('one', 500, content.subarray(500), bob)).status).toBe(404);
  const his = await stage.post('abc', { 'upload-id': 'one', 'upload-length': '3' }, bob);
  expect([his.status, await stage.offset('one')]).toEqual([201, 500]);
});

it.each<[string, number, Record<string, string>]>([
  ['length', content.length - 1, {}],
  ['type', content.length, { 'content-type': 'image/png' }],
  ['name', content.length, { 'x-file-name': 'a.jpg' }],
])('refuses another %s under the same id, before the file is whole and after', async (_, length, headers) => {
  await stage.begin('one', content.subarray(0, 500), content.length);
  for (const round of ['before', 'after']) {
    const response = await stage.begin('one', '', length, headers);
    expect([round, response.status]).toEqual([round, 409]);
    expect((await problemOf(response)).errors).toEqual([{ path: 'Upload-Id', message: expect.any(String) }]);
    if (round === 'before') expect((await stage.patch('one', 500, content.subarray(500))).status).toBe(201);
  }
});

it.each<[string, Record<string, string>, string]>([
  ['an id with other characters', { 'upload-id': 'a b', 'upload-length': '1' }, 'Upload-Id'],
  ['an id that is too long', { 'upload-id': 'a'.repeat(65), 'upload-length': '1' }, 'Upload-Id'],
  ['no length', { 'upload-id': 'a' }, 'Upload-Length'],
  ['a length without an id that is no number', { 'upload-length': 'ten' }, 'Upload-Length'],
  ['a length that is no number', { 'upload-id': 'a', 'upload-length': '-1' }, 'Upload-Length'],
  ['more than was announced', { 'upload-id': 'a', 'upload-length': '2' }, 'Upload-Length'],
])('refuses %s', async (_, headers, path) => {
  const response = await stage.post('abc', headers);
  expect(response.status).toBe(400);
  expect((await problemOf(response)).errors).toEqual([{ path, message: expect.any(String) }]);
  expect((await stage.stored()).slice(0, 2)).toEqual([0, 0]);
});

it('refuses a length over the limit, an offset that is none, and what it does not know', async () => {
  expect((await stage.begin('one', 'abc', LIMIT + 1)).status).toBe(413);
  expect(await stage.stored()).toEqual([0, 0, 0]);
  const response = await stage.patch('one', 'x', 'abc');
  expect([response.status, (await problemOf(response)).errors]).toEqual([400, [{ path: 'Upload-Offset', message: 'must be a number of bytes' }]]);
  expect((await stage.patch('one', 0, 'abc')).status).toBe(404);
  expect((await stage.head('one')).status).toBe(404);
  expect((await stage.head('a%20b')).status).toBe(404);
});

it('keeps a broken-off upload for its time only, and begins anew after it', async () => {
  await stage.begin('one', content.subarray(0, 300_000), content.length);
  await stage.world.app.get(Uploads).eraseExpired();
  expect(await stage.offset('one')).toBe(300_000);
  await stage.age('uploads', 'expiresAtMs');
  expect(await stage.offset('one')).toBeUndefined();
  expect((await stage.patch('one', 300_000, content.subarray(300_000))).status).toBe(404);
  await stage.begin('one', content.subarray(0, 100), content.length);
  expect(await stage.offset('one')).toBe(100);
  expect(await stage.stored()).toEqual([0, 1, 1]);
  await stage.age('uploads', 'expiresAtMs');
  await Promise.all([stage.world.app.get(Uploads).eraseExpired(), stage.world.app.get(Uploads).eraseExpired()]);
  expect(await stage.stored()).toEqual([0, 0, 0]);
});

it('forgets an upload that is done without its file', async () => {
  const file = (await (await stage.begin('one', content, content.length)).json()) as { id: string };
  await stage.age('uploads', 'expiresAtMs');
  await stage.world.app.get(Uploads).eraseExpired();
  expect((await stage.stored())[2]).toBe(0);
  expect((await stage.content(file.id)).equals(content)).toBe(true);
});

it('leaves nothing of an upload that was erased under a connection that still writes', async () => {
  const { request, answer } = stage.open('POST', '/cpm/v1/files', { 'upload-id': 'one', 'upload-length': String(content.length), 'content-length': String(content.length) });
  request.write(content.subarray(0, 300_000));
  await until(async () => (await stage.offset('one')) === CHUNK_BYTES);
  await stage.age('uploads', 'expiresAtMs');
  await stage.world.app.get(Uploads).eraseExpired();
  request.end(content.subarray(300_000));
  expect(await answer).toBe(404);
  expect(await stage.stored()).toEqual([0, 0, 0]);
});
