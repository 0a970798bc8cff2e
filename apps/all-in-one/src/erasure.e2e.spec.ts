import { bootstrap, systemClock, type RunningHost } from '@cpm/runtime-host';
import { entranceForTests, testIdentityProvider, type TestIdentityProvider } from '@cpm/runtime-host/testing';
import { connectMongo } from '@cpm/runtime-mongo';
import { startLocalStack, type LocalStack } from '@cpm/testing-containers';
import { allModules } from './all-modules.js';

const [alice, bob] = ['tel:+4915110000001', 'tel:+4915110000002'] as const;
const deviceId = (number: number) => `urn:uuid:00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const PHONE_OF = { [alice]: deviceId(1), [bob]: deviceId(11) } as const;

let stack: LocalStack;
let identity: TestIdentityProvider;
let host: RunningHost;
let offsetMs = 0;

beforeAll(async () => {
  identity = await testIdentityProvider();
  stack = await startLocalStack();
  const config = entranceForTests(identity.jwksUrl, {
    KAFKA_BROKERS: stack.kafka.brokers.join(','), MONGODB_URI: stack.mongo.uri, MONGODB_DATABASE: 'erasure',
  });
  host = await bootstrap(allModules, config, { clock: { now: () => Date.now() + offsetMs, sleep: systemClock.sleep.bind(systemClock) } });
}, 120_000);
afterAll(async () => {
  await host.close();
  await stack.stop();
  await identity.forget();
}, 60_000);

async function call(method: string, path: string, token: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${host.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': typeof body === 'string' ? 'image/png' : 'application/json' }) },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {} };
}
const operator = async (method: string, path: string, body?: unknown) => call(method, `/admin/v1${path}`, await identity.token({ scope: 'operator', sub: 'root' }), body);
const as = async (user: typeof alice | typeof bob, method: string, path: string, body?: unknown) =>
  call(method, `/cpm/v1${path}`, await identity.token({ scope: 'device', sub: user, device: PHONE_OF[user] }), body);

async function until<Value>(probe: () => Promise<Value | undefined>): Promise<Value> {
  for (const deadline = Date.now() + 40_000; ;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`it did not come about within 40 s: ${probe}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Every document that names Bob and is not somebody else's, by collection. */
async function keptOfBob(): Promise<Record<string, readonly unknown[]>> {
  const connection = await connectMongo(stack.mongo.uri, { driver: { dbName: 'erasure' } });
  const kept: Record<string, readonly unknown[]> = {};
  for (const { name } of (await connection.db?.listCollections().toArray()) ?? []) {
    const all = await connection.collection(name).find().toArray();
    const his = all.filter((document) => JSON.stringify(document).includes(bob) && ![document['_id'], document['k'], document['u']].some((owner) => String(owner).startsWith(alice)));
    if (his.length > 0) kept[name] = his.map(({ _id }) => String(_id));
  }
  await connection.close();
  return kept;
}

it('erases all that any service keeps of a user, leaves others what is theirs, and lets him come back afterwards', async () => {
  const provision = (user: typeof alice | typeof bob) => operator('PUT', `/subscribers/${encodeURIComponent(user)}`, { primaryDevice: { id: PHONE_OF[user] } });
  for (const user of [alice, bob] as const) {
    expect((await provision(user)).status).toBe(201);
    await as(user, 'PUT', `/devices/${PHONE_OF[user]}`, { name: 'Phone' });
  }
  expect((await as(bob, 'POST', '/files', 'png')).status).toBe(201);
  const long = 'long '.repeat(4_000);
  expect((await as(bob, 'POST', '/messages', { id: 'from-bob', to: [alice], contentType: 'text/plain', body: long, dispositionNotification: ['positive-delivery'] })).status).toBe(202);
  expect((await as(alice, 'POST', '/messages', { id: 'to-bob', to: [bob], contentType: 'text/plain', body: 'Hello Bob', dispositionNotification: ['positive-delivery'] })).status).toBe(202);
  const idsOf = async (user: typeof alice | typeof bob) => {
    const token = await identity.token({ scope: 'operator' });
    const answer = await fetch(`${host.url}/admin/v1/subscribers/${encodeURIComponent(user)}/export`, { headers: { authorization: `Bearer ${token}` } });
    const lines = (await answer.text()).trimEnd().split('\n').map((line) => JSON.parse(line) as { object?: { correlationId: string } });
    return lines.flatMap(({ object }) => object?.correlationId ?? []).sort();
  };
  await until(async () => ((await idsOf(alice)).length === 2 && (await idsOf(bob)).length === 2 ? true : undefined));
  const connection = await connectMongo(stack.mongo.uri, { driver: { dbName: 'erasure' } });
  await connection.collection('routing.dead-letters').insertOne({ _id: 'cpm.routing.inbox/0/999' as never, service: 'routing', key: bob, value: '{}', reason: 'x', at: 1, replayed: false });
  await connection.close();
  const before = Object.keys(await keptOfBob());
  expect(before).toEqual(expect.arrayContaining([
    'device-registry.subscriber', 'access-awareness.access', 'routing.profile', 'routing.delivery', 'routing.dead-letters',
    'message-store-sync.box', 'message-store-sync.objects', 'client-edge.downlink', 'client-edge.frames', 'client-edge.submissions', 'report-aggregation.addressing', 'content.files',
  ]));

  const erasure = `/subscribers/${encodeURIComponent(bob)}/erasure`;
  const begun = await operator('POST', erasure);
  expect(begun).toMatchObject({ status: 202, body: { address: bob, status: 'running', round: 1 } });
  expect(await operator('POST', erasure)).toMatchObject({ status: 202, body: { id: begun.body['id'] } });
  expect(await provision(bob)).toMatchObject({ status: 409, body: { type: 'urn:problem-type:cpm:erasure-under-way' } });
  const pending = async () => ((await operator('GET', erasure)).body['pending'] as string[]).length;
  await until(async () => ((await pending()) === 0 ? true : undefined));
  offsetMs += 121_000;
  await until(async () => ((await operator('GET', erasure)).body['status'] === 'done' ? true : undefined));

  expect(Object.keys(await keptOfBob()).sort()).toEqual(['audit', 'device-registry.erasure']);
  expect(await idsOf(alice)).toEqual(['from-bob', 'to-bob']);
  expect(await idsOf(bob)).toEqual([]);
  expect((await operator('GET', `/subscribers/${encodeURIComponent(bob)}`)).status).toBe(404);
  const { body } = await operator('GET', `/audit?address=${encodeURIComponent(bob)}`);
  expect(body['entries']).toEqual(expect.arrayContaining([expect.objectContaining({ who: 'root', what: 'user.erase', outcome: 'done' })]));
  expect((await provision(bob)).status).toBe(201);
  expect((await as(bob, 'PUT', `/devices/${PHONE_OF[bob]}`, { name: 'Phone' })).status).toBe(201);
  expect((await as(alice, 'POST', '/messages', { id: 'again', to: [bob], contentType: 'text/plain', body: 'Hello again' })).status).toBe(202);
  await until(async () => ((await idsOf(bob)).includes('again') ? true : undefined));
}, 180_000);
