import { createHash } from 'node:crypto';
import { get, type IncomingMessage } from 'node:http';
import { ChangeFolder, CreateObjects } from '@cpm/contracts-message-store-sync';
import { objectRowId, OBJECTS_TABLE } from '@cpm/domain-message-store-sync';
import { ContentStore } from '@cpm/runtime-content';
import { collectionOf } from '@cpm/runtime-mongo';
import { startMongo, type MongoService } from '@cpm/testing-containers';
import { MessageStoreSyncModule } from '../message-store-sync.module.js';
import { alice, bob, LivingStore, phone, until } from '../upkeep/living-store.fixture.js';
import { UpkeepRows } from '../upkeep/upkeep-rows.js';

let mongo: MongoService;
let store: LivingStore;

beforeAll(async () => {
  mongo = await startMongo();
}, 120_000);
afterAll(() => mongo.stop());
beforeEach(async () => {
  store = await LivingStore.prepare(mongo, 'export');
  await store.run(MessageStoreSyncModule);
});
afterEach(() => store.end());

type Lines = readonly Readonly<Record<string, Record<string, unknown>>>[];
const operator = async () => `Bearer ${await store.identity.token({ scope: 'operator', sub: 'root' })}`;
const device = async (user: string) => `Bearer ${await store.identity.token({ scope: 'device', sub: user, device: phone })}`;
const ask = async (path: string, authorization: string) => fetch(`${store.host.url}${path}`, { headers: { authorization } });
const linesOf = async (answer: Response) => (await answer.text()).trimEnd().split('\n').map((line) => JSON.parse(line) as Lines[number]);
const adminPath = `/admin/v1/subscribers/${encodeURIComponent(bob)}/export`;
const acts = async () => (await store.platform.audit.list({ whom: bob }, 10)).entries.map(({ who, what, outcome }) => [who, what, outcome]);

it('gives all of a box as lines, with what is stored apart when asked, and writes down who took it', async () => {
  const content = Buffer.alloc(700_000, 'content ');
  const contents = store.host.app.get(ContentStore, { strict: false });
  const { id: contentId } = await contents.store([content] as never, { owner: bob, contentType: 'image/png' }, Infinity);
  await contents.markUsed(contentId, Infinity);
  await store.ask(ChangeFolder, { user: bob, commandId: 'f', device: phone, at: store.clock.now(), folder: 'f-1', change: { kind: 'create', name: 'Work', parent: '/main' } });
  await store.deposit(['m1', 'm2']);
  const object = {
    objectId: 'o1', folder: 'f-1', context: 'multimedia-message', direction: 'Out' as const, from: bob, to: [alice], date: store.clock.now() + 1, attributes: [{ name: 'X-Own', value: ['1'] }], flags: ['\\Seen'],
    parts: [{ contentType: 'text/plain', size: 2, text: 'hi' }, { contentType: 'image/png', size: content.length, contentId, fileName: 'a.png' }, { contentType: 'image/png', size: 1, contentId: 'lost' }],
  };
  await store.ask(CreateObjects, { user: bob, commandId: 'c', device: phone, at: store.clock.now(), objects: [object] });
  const answer = await ask(`${adminPath}?content=true`, await operator());
  expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([200, 'application/x-ndjson', 'no-store']);
  const lines = await linesOf(answer);
  expect(lines.map((line) => Object.keys(line)[0])).toEqual(['export', 'folder', 'object', 'object', 'object', 'content', 'chunk', 'chunk', 'chunk', 'chunk', 'end']);
  expect(lines[0]).toMatchObject({ export: { user: bob, version: 1 } });
  expect(lines[1]).toEqual({ folder: { path: '/main/Work' } });
  expect(lines.slice(2, 4)).toMatchObject([{ object: { correlationId: 'm1', parts: [{ text: 'm1' }] } }, { object: { correlationId: 'm2' } }]);
  const sha256 = createHash('sha256').update(content).digest('hex');
  expect(lines[4]).toMatchObject({ object: { parentFolderPath: '/main/Work', flags: { flag: ['\\Seen'] }, parts: [{ text: 'hi' }, { contentId, sha256, fileName: 'a.png' }, { contentId: 'lost', gone: true }] } });
  const taken = Buffer.from(lines.map(({ chunk }) => (chunk?.['base64'] as string | undefined) ?? '').join(''), 'base64');
  expect(createHash('sha256').update(taken).digest('hex')).toBe(sha256);
  expect(lines.at(-1)).toEqual({ end: { folders: 1, objects: 3 } });
  await until(async () => (await acts()).length === 2);
  expect(await acts()).toEqual([['root', 'box.export', 'begun'], ['root', 'box.export', 'done']]);
});

it('gives a user his own box and no other', async () => {
  await store.deposit(['m1']);
  const path = `/nms/v1/main/${encodeURIComponent(bob)}/export`;
  const lines = await linesOf(await ask(path, await device(bob)));
  expect(lines.map((line) => Object.keys(line)[0])).toEqual(['export', 'object', 'end']);
  const refused = await ask(path, await device(alice));
  expect(refused.status).toBe(403);
  expect(JSON.stringify(await refused.json())).toContain('POL0001');
  expect((await ask(adminPath, await device(bob))).status).toBe(403);
  expect((await ask(`${adminPath}?content=1`, await operator())).status).toBe(400);
});

it('fetches no more than its reader takes, and writes down when that one has gone', async () => {
  await store.deposit(['m0']);
  const [{ ...first } = {}] = await store.rows();
  const text = 'x'.repeat(8_000);
  const many = Array.from({ length: 3_000 }, (_, at) => ({ ...first, oid: `o${at}`, _id: objectRowId(bob, `o${at}`), date: at, text }));
  await store.connection.collection(collectionOf('message-store-sync', OBJECTS_TABLE)).insertMany(many as never);
  const rows = store.host.app.get(UpkeepRows, { strict: false });
  const page = rows.page.bind(rows);
  let pages = 0;
  rows.page = async (...asked) => {
    pages += 1;
    return page(...asked);
  };
  const authorization = await operator();
  const response = await new Promise<IncomingMessage>((resolve) => {
    get(`${store.host.url}${adminPath}`, { headers: { authorization } }, resolve);
  });
  const whole = await ask(adminPath, authorization);
  expect((await linesOf(whole)).at(-1)).toEqual({ end: { folders: 0, objects: 3_001 } });
  // All pages for the one who read, and of sixteen no more than some for the one who did not.
  expect(pages).toBeLessThan(16 + 10);
  response.on('error', () => undefined).destroy();
  await until(async () => (await acts()).length === 4);
  expect((await acts()).map(([, , outcome]) => outcome).sort()).toEqual(['begun', 'begun', 'done', 'failed']);
});

it('reads nothing of a box for who asks for the head of its export only', async () => {
  await store.deposit(['m1']);
  const rows = store.host.app.get(UpkeepRows, { strict: false });
  let pages = 0;
  rows.page = async () => {
    pages += 1;
    return [];
  };
  const answer = await fetch(`${store.host.url}${adminPath}?content=true`, { method: 'HEAD', headers: { authorization: await operator() } });
  await until(async () => (await acts()).length === 2);
  expect([answer.status, answer.headers.get('content-type'), pages]).toEqual([200, 'application/x-ndjson', 0]);
});
