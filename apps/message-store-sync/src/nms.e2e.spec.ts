import { messageRow, objectRowId, OBJECTS_TABLE, reportRow, type ObjectRow } from '@cpm/domain-message-store-sync';
import { requirement } from '@cpm/runtime-decider';
import { bootstrap, hostConfig, InMemoryPlatform, parseConfig, type RunningHost } from '@cpm/runtime-host';
import { testIdentityProvider, type TestIdentityProvider } from '@cpm/runtime-host/testing';
import { collectionOf, connectMongo } from '@cpm/runtime-mongo';
import { startMongo, type MongoService } from '@cpm/testing-containers';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import type { Connection } from 'mongoose';
import { MessageStoreSyncModule } from './message-store-sync.module.js';

const alice = 'tel:+4915110000001' as CpmAddress;
const bob = 'tel:+4915110000002' as CpmAddress;
const phone = 'urn:uuid:00000000-0000-4000-8000-000000000011' as DeviceId;

let mongo: MongoService;
let connection: Connection;
let identity: TestIdentityProvider;
let platform: InMemoryPlatform;
let host: RunningHost;

beforeAll(async () => {
  mongo = await startMongo();
  connection = await connectMongo(mongo.uri, { driver: { dbName: 'nms' } });
  identity = await testIdentityProvider();
}, 120_000);
afterAll(async () => {
  await connection.close();
  await mongo.stop();
  await identity.forget();
});

beforeEach(async () => {
  await connection.dropDatabase();
  platform = Object.assign(new InMemoryPlatform(), { connection });
  const config = parseConfig(hostConfig, { HTTP_PORT: '0', HTTP_HOST: '127.0.0.1', CPM_JWKS_URL: identity.jwksUrl, LOG_LEVEL: 'silent' });
  host = await bootstrap([MessageStoreSyncModule], config, { platform });
});
afterEach(() => host.close());

function message(id: string, sentAt: number, text = 'Hello'): ObjectRow {
  return messageRow({
    user: bob, direction: 'In', party: alice,
    message: {
      id, from: alice, to: [bob], originDevice: phone, conversationId: 'c', contributionId: 'd', contentType: 'text/plain;charset=utf-8',
      content: { kind: 'inline', text }, size: text.length, dispositionNotification: [], sentAt, expiresAt: sentAt + 1,
    },
  }, 1);
}

async function store(...rows: ObjectRow[]): Promise<void> {
  const documents = rows.map((row) => ({ _id: objectRowId(row.u, row.oid) as never, ...row }));
  await connection.collection(collectionOf('message-store-sync', OBJECTS_TABLE)).insertMany(documents);
}

async function call(method: string, path: string, body?: unknown, user = bob): Promise<Response> {
  return fetch(`${host.url}/nms/v1/main/${encodeURIComponent(bob)}/objects${path}`, {
    method, redirect: 'manual',
    headers: { authorization: `Bearer ${await identity.token({ scope: 'device', sub: user, device: phone })}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

interface Found {
  readonly object: { readonly resourceURL: string; readonly correlationId: string; readonly flags: { readonly flag: string[] } }[];
  readonly cursor?: string;
}
async function search(selectionCriteria: unknown): Promise<Found> {
  const answer = await call('POST', '/operations/search', { selectionCriteria });
  return ((await answer.json()) as { objectList: Found }).objectList;
}

requirement('CPM-MLD-016', () => {
  it('gives a new device the whole history, page by page, each object once', async () => {
    const sameDate = Array.from({ length: 5 }, (_, index) => message(`m${index}`, 1_000));
    const report = reportRow({ user: bob, messageId: 'x', recipient: alice, status: 'delivered', reportId: 'x|y|delivery', at: 1_000 }, 2);
    await store(...sameDate, report, message('later', 2_000));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await search({ maxEntries: 2, ...(cursor !== undefined && { fromCursor: cursor }) });
      expect(page.object.length).toBeLessThanOrEqual(2);
      seen.push(...page.object.map(({ resourceURL }) => decodeURIComponent(resourceURL.split('/').at(-1) ?? '')));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(['imdn-x|y|delivery', 'in-m0', 'in-m1', 'in-m2', 'in-m3', 'in-m4', 'in-later']);
  });

  it('limits it to dates, newest first when asked', async () => {
    await store(message('a', 1_000), message('b', 2_000), message('c', 3_000));
    const criterion = [{ type: 'Date', value: `minDate=${new Date(2_000).toISOString()}` }];
    const found = await search({ searchCriteria: { criterion }, sortCriteria: { criterion: [{ type: 'Date', order: 'Descending' }] } });
    expect(found.object.map(({ correlationId }) => correlationId)).toEqual(['c', 'b']);
  });
});

it('gives an object by the URL it names, and its content', async () => {
  await store(message('m1', 1_000, 'Grüße'));
  const [found] = (await search({})).object;
  const path = new URL(found?.resourceURL ?? '').pathname.split('/objects')[1] ?? '';
  expect(await (await call('GET', path)).json()).toMatchObject({ object: { correlationId: 'm1', parentFolderPath: `/main/${alice}` } });
  const payload = await call('GET', `${path}/payload`);
  expect(payload.headers.get('content-type')).toBe('text/plain;charset=utf-8');
  expect(await payload.text()).toBe('Grüße');
});

requirement('CPM-MLD-017', () => {
  it('puts what a device did to an object into the log of its user', async () => {
    await store(message('m1', 1_000));
    expect((await call('PUT', '/in-m1/flags/%5CSeen')).status).toBe(204);
    expect((await call('DELETE', '/in-m1')).status).toBe(204);
    const changes = platform.log.records('cpm.message-store-sync.inbox').map(({ value }) => (JSON.parse(value) as { data: unknown }).data);
    expect(changes).toMatchObject([
      { user: bob, objects: [{ objectId: 'in-m1', addFlags: ['\\Seen'] }], device: phone },
      { user: bob, objects: [{ objectId: 'in-m1', remove: 'deleted' }], device: phone },
    ]);
  });
});

it.each([
  ['GET', '/in-none', 404, 'SVC0004'], ['PUT', '/in-m1/flags/%5CDraft', 400, 'SVC0002'], ['DELETE', '/in-m1/flags/%5CSeen', 403, 'POL0001'],
])('refuses %s %s with %i in the words of NMS', async (method, path, status, messageId) => {
  await store(message('m1', 1_000));
  const answer = await call(method, path);
  expect(answer.status).toBe(status);
  expect(JSON.stringify(await answer.json())).toContain(`"messageId":"${messageId}"`);
});

it('shows a removed object to nobody and the box to nobody else', async () => {
  await store({ ...message('m1', 1_000), deleted: true });
  expect((await call('GET', '/in-m1')).status).toBe(404);
  expect((await search({})).object).toEqual([]);
  expect((await call('GET', '/in-m1', undefined, alice)).status).toBe(403);
});
