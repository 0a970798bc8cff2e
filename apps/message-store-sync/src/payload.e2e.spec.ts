import { createHash, randomBytes } from 'node:crypto';
import { messageRow, objectRowId, OBJECTS_TABLE } from '@cpm/domain-message-store-sync';
import { ContentStore, type StoredFile } from '@cpm/runtime-content';
import { collectionOf } from '@cpm/runtime-mongo';
import { MessageStoreSyncModule } from './message-store-sync.module.js';
import { alice, bob, phone, StoreStage } from './store-stage.fixture.js';

const picture = randomBytes(600_000);
const text = 'Grüße an alle';
let stage: StoreStage;
let contents: ContentStore;
let file: StoredFile;

beforeAll(async () => {
  stage = await StoreStage.start('nms-payload', [MessageStoreSyncModule]);
  contents = stage.host.app.get(ContentStore, { strict: false });
}, 120_000);
afterAll(() => stage.stop());
beforeEach(async () => {
  file = await contents.store(pieces(), { owner: alice, contentType: 'image/png', fileName: 'Café.png' }, picture.length);
  await store('text', 'text/plain', { text }, Buffer.byteLength(text));
  await store('file', 'image/png', { contentId: file.id }, picture.length);
});

async function* pieces(): AsyncGenerator<Buffer> {
  yield picture;
}

async function store(id: string, contentType: string, content: { text: string } | { contentId: string }, size: number): Promise<void> {
  const held = 'text' in content ? { kind: 'inline' as const, ...content } : { kind: 'stored' as const, ...content };
  const row = messageRow({
    user: bob, direction: 'In', party: alice,
    message: { id, from: alice, to: [bob], originDevice: phone, conversationId: 'c', contributionId: 'd', contentType, content: held, size, dispositionNotification: [], sentAt: 1, expiresAt: 2 },
  }, 1);
  const _id = objectRowId(bob, row.oid) as never;
  await stage.connection.collection(collectionOf('message-store-sync', OBJECTS_TABLE)).replaceOne({ _id }, row, { upsert: true });
}

const fetched = (id: string, { method = 'GET', path = 'payload', ...headers }: Record<string, string> = {}) =>
  fetch(`${stage.host.url}/nms/v1/main/${encodeURIComponent(bob)}/objects/in-${id}/${path}`, { method, redirect: 'error', headers: { authorization: stage.authorization, ...headers } });
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

it.each(['payload', 'payloadParts/1'])('gives stored content itself as %s', async (path) => {
  const response = await fetched('file', { path });
  expect([response.status, (await bytesOf(response)).equals(picture)]).toEqual([200, true]);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'image/png', 'content-length': '600000', 'accept-ranges': 'bytes', etag: `"${file.sha256}"`,
    'content-disposition': "attachment; filename*=UTF-8''Caf%C3%A9.png", 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'; sandbox",
  });
});

it('gives text that is in the object with its own tag', async () => {
  const response = await fetched('text');
  expect([response.status, await response.text()]).toEqual([200, text]);
  expect(response.headers.get('etag')).toBe(`"${createHash('sha256').update(text).digest('hex')}"`);
  expect(response.headers.get('content-length')).toBe('15');
});

it.each([
  ['file', 'bytes=261000-262000', 'bytes 261000-262000/600000'], ['file', 'bytes=-1', 'bytes 599999-599999/600000'],
  ['text', 'bytes=2-3', 'bytes 2-3/15'], ['text', 'bytes=9-', 'bytes 9-14/15'],
])('gives of the %s the range %s', async (id, range, given) => {
  const [first, last] = /(\d+)-(\d+)/.exec(given)!.slice(1).map(Number) as [number, number];
  const response = await fetched(id, { range });
  expect([response.status, response.headers.get('content-range'), response.headers.get('content-length')]).toEqual([206, given, String(last - first + 1)]);
  expect((await bytesOf(response)).equals((id === 'file' ? picture : Buffer.from(text)).subarray(first, last + 1))).toBe(true);
});

it.each(['file', 'text'])('gives all of the %s when the part would be of another one, and the part when it is the same', async (id) => {
  const etag = (await fetched(id, { method: 'HEAD' })).headers.get('etag')!;
  expect((await fetched(id, { range: 'bytes=0-1', 'if-range': '"another"' })).status).toBe(200);
  expect((await fetched(id, { range: 'bytes=0-1', 'if-range': etag })).status).toBe(206);
});

it.each(['file', 'text'])('answers a range outside the %s in the words of NMS', async (id) => {
  const response = await fetched(id, { range: 'bytes=600000-' });
  expect([response.status, response.headers.get('content-range')]).toEqual([416, `bytes */${id === 'file' ? 600_000 : 15}`]);
  expect(await response.json()).toMatchObject({ requestError: { serviceException: { messageId: 'SVC0001' } } });
});

it('answers HEAD without reading', async () => {
  await stage.connection.collection('content.chunks').deleteMany({});
  const response = await fetched('file', { method: 'HEAD' });
  expect([response.status, response.headers.get('content-length'), response.headers.get('etag')]).toEqual([200, '600000', `"${file.sha256}"`]);
  const part = await fetched('text', { method: 'HEAD', range: 'bytes=0-4' });
  expect([part.status, part.headers.get('content-length')]).toEqual([206, '5']);
});

it('answers that a file is gone, whether it is still remembered or not', async () => {
  const gone = async () => {
    const response = await fetched('file');
    return [response.status, ((await response.json()) as { requestError: { serviceException: { text: string } } }).requestError.serviceException.text];
  };
  await stage.connection.collection('content.files').updateMany({}, { $set: { 'metadata.unusedUntilMs': Date.now() } });
  expect(await gone()).toEqual([410, 'the payload is not kept any more']);
  await contents.removeAll([file.id]);
  expect(await gone()).toEqual([410, 'the payload is not kept any more']);
});

it('cuts the connection when a part of the content is missing, and goes on answering others', async () => {
  await stage.connection.collection('content.chunks').deleteMany({ n: { $gt: 1 } });
  await expect(fetched('file').then(bytesOf)).rejects.toThrow();
  expect((await fetched('text')).status).toBe(200);
});
