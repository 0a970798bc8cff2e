import { JOURNALS } from '@cpm/app-routing';
import { clientEdge } from '@cpm/domain-client-edge';
import { accessAwareness } from '@cpm/domain-access-awareness';
import { deviceRegistry } from '@cpm/domain-device-registry';
import { messageStoreSync } from '@cpm/domain-message-store-sync';
import { reportAggregation } from '@cpm/domain-report-aggregation';
import { routing } from '@cpm/domain-routing';
import { smsInterworkingGateway } from '@cpm/domain-sms-interworking-gateway';
import { registeredRoutes, type OpenApiDocument } from '@cpm/http';
import { ucnRef, ucnSummaryRef } from '@cpm/message-tags';
import { SERVICES } from '@cpm/runtime-decider';
import { bootstrap, type RunningHost } from '@cpm/runtime-host';
import { entranceForTests, testIdentityProvider, type TestIdentityProvider } from '@cpm/runtime-host/testing';
import { collectionOf } from '@cpm/runtime-mongo';
import { startLocalStack, type LocalStack } from '@cpm/testing-containers';
import { WebSocket } from 'ws';
import { allModules } from './all-modules.js';

const alice = 'tel:+4915110000001';
const bob = 'tel:+4915110000002';
const deviceId = (number: number) => `urn:uuid:00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const [alicePhone, bobPhone, bobTablet] = [deviceId(1), deviceId(11), deviceId(12)] as [string, string, string];

interface Frame {
  readonly cursor: string;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

let stack: LocalStack;
let identity: TestIdentityProvider;
let host: RunningHost;
const sockets: WebSocket[] = [];

beforeAll(async () => {
  identity = await testIdentityProvider();
  stack = await startLocalStack();
  const config = entranceForTests(identity.jwksUrl, {
    KAFKA_BROKERS: stack.kafka.brokers.join(','), MONGODB_URI: stack.mongo.uri, MONGODB_DATABASE: 'all-in-one',
  });
  host = await bootstrap(allModules, config);
}, 120_000);

afterAll(async () => {
  for (const socket of sockets) socket.terminate();
  const begun = Date.now();
  await host.close();
  const tookMs = Date.now() - begun;
  await stack.stop();
  await identity.forget();
  expect(tookMs).toBeLessThan(15_000);
}, 60_000);

const tokenOf = (user: string, device: string) => identity.token({ scope: 'device', sub: user, device });

async function call(method: string, path: string, token: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${host.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

async function until<Value>(probe: () => Promise<Value | undefined> | Value | undefined): Promise<Value> {
  for (const deadline = Date.now() + 15_000; ;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`it did not come about within 15 s: ${probe}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** A device's stream; every frame is acknowledged and kept. */
async function open(user: string, device: string): Promise<{ frames: Frame[]; send: (message: unknown) => void }> {
  const socket = new WebSocket(`${host.url.replace('http', 'ws')}/cpm/v1/stream`, { headers: { authorization: `Bearer ${await tokenOf(user, device)}` } });
  sockets.push(socket);
  const frames: Frame[] = [];
  const send = (message: unknown) => socket.send(JSON.stringify(message));
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString('utf8')) as Frame;
    frames.push(frame);
    send({ ack: frame.cursor });
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return { frames, send };
}

it('passes a message from one user to another, and the report back', async () => {
  const operator = await identity.token({ scope: 'operator' });
  for (const [user, primary] of [[alice, alicePhone], [bob, bobPhone]] as const) {
    const provisioned = await call('PUT', `/admin/v1/subscribers/${encodeURIComponent(user)}`, operator, { primaryDevice: { id: primary } });
    expect(provisioned.status).toBe(201);
    await call('PUT', `/cpm/v1/devices/${primary}`, await tokenOf(user, primary), { name: 'Phone' });
  }
  await call('PUT', `/cpm/v1/devices/${bobTablet}`, await tokenOf(bob, bobTablet), { name: 'Tablet' });
  const phone = await open(alice, alicePhone);
  const tablet = await open(bob, bobTablet);

  const submitted = await call('POST', '/cpm/v1/messages', await tokenOf(alice, alicePhone), {
    id: 'm1', to: [bob], contentType: 'text/plain', body: 'Hello Bob', dispositionNotification: ['positive-delivery'],
  });
  expect(submitted).toMatchObject({ status: 202, body: { id: 'm1' } });
  const received = await until(() => tablet.frames.find(({ type }) => type === 'message.received'));
  expect(received.data).toMatchObject({ id: 'm1', from: alice, body: 'Hello Bob' });
  tablet.send({ disposition: { id: 'm1', status: 'delivered' } });
  const report = await until(() => phone.frames.find(({ type }) => type === 'disposition'));
  expect(report.data).toMatchObject({ messageId: 'm1', recipient: bob, status: 'delivered' });

  const journey = await call('GET', '/admin/v1/messages/m1/journey', operator);
  expect(journey.body['entries']).toEqual(expect.arrayContaining([
    expect.objectContaining({ service: 'routing', recipient: bob, device: bobTablet, deviceName: 'Tablet', form: 'FULL' }),
    expect.objectContaining({ service: 'report-aggregation', recipient: bob, step: expect.stringContaining('delivered') }),
  ]));
  const search = `/nms/v1/main/${encodeURIComponent(bob)}/objects/operations/search`;
  const found = await until(async () => {
    const { body } = await call('POST', search, await tokenOf(bob, bobPhone), { selectionCriteria: { maxEntries: 10 } });
    return (body['objectList'] as { object: { correlationId: string }[] }).object[0];
  });
  expect(found.correlationId).toBe('m1');
}, 60_000);

it('shows an operator a notification before it is sent, and refuses a text that cannot be', async () => {
  const operator = await identity.token({ scope: 'operator' });
  const preview = await call('POST', '/admin/v1/policy/ucn-preview', operator, { texts: { de: '{type} ({size}) von {sender} {ref} {url}' }, language: 'de-AT', contentType: 'video/mp4', size: 2_500_000 });
  const sent = { text: `ein Video (2.5 MB) von +4915110000001 ${ucnRef('example', bob)}`, encoding: 'gsm7', segments: 1 };
  const summary = { text: `9 weitere Videos von +4915110000001 warten auf Sie (${ucnSummaryRef('summary|example', bob)}). Sie folgen, sobald Ihr Telefon Daten hat.`, encoding: 'gsm7', segments: 1, warnings: [] };
  expect(preview).toEqual({ status: 200, body: { ...sent, warnings: [], withoutUrl: sent, withUrl: { ...sent, text: `${sent.text} https://example.org/u/${'x'.repeat(22)}` }, summary } });
  const costly = await call('POST', '/admin/v1/policy/ucn-preview', operator, { texts: { en: 'Vous avez reçu {type} de {sender} ({ref}), {size}, {expiry}' }, summaryTexts: { en: '{count} {type} {url}' }, count: 3 });
  expect(costly).toMatchObject({ status: 200, body: {
    segments: 2, warnings: ['takes up to 2 short messages', expect.stringContaining('ç not in the GSM alphabet')],
    summary: { text: '3 images', warnings: [expect.stringContaining('has no {ref}'), expect.stringContaining('{url} stays empty')] },
  } });
  const refused = await call('POST', '/admin/v1/policy/ucn-preview', operator, { texts: { de: 'von {name}' } });
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: 'texts.de', message: expect.stringContaining('{name} is no placeholder') }] } });
  expect((await call('POST', '/admin/v1/policy/ucn-preview', await tokenOf(alice, alicePhone), {})).status).toBe(403);
});

it('is ready while broker and database run, and says so when the database is gone', async () => {
  expect((await fetch(`${host.url}/health/ready`)).status).toBe(200);
  await stack.mongo.kill();
  const reasons = await until(async () => {
    const answer = await fetch(`${host.url}/health/ready`);
    return answer.status === 503 ? ((await answer.json()) as { reasons: string[] }).reasons : undefined;
  });
  expect(reasons).toEqual(expect.arrayContaining([expect.stringMatching(/^database: /)]));
  await stack.mongo.restart();
  await until(async () => ((await fetch(`${host.url}/health/ready`)).status === 200 ? true : undefined));
}, 120_000);

it('describes every route that it has, and has every route that it describes', async () => {
  const served = registeredRoutes(host.app.getHttpAdapter()).map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
  const documents = await Promise.all(SERVICES.map(async (service) => (await (await fetch(`${host.url}/openapi/${service}`)).json()) as OpenApiDocument));
  const described = documents.flatMap(({ paths }) => Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)));
  // Fastify answers HEAD wherever it answers GET.
  const isImplied = (route: string) => route.startsWith('HEAD ') && served.includes(route.replace('HEAD', 'GET'));
  expect([...new Set(served.filter((route) => !isImplied(route)))].sort()).toEqual([...new Set(described)].sort());
});

it('shows the journal of every aggregate that keeps one', () => {
  const services = [deviceRegistry, accessAwareness, routing, smsInterworkingGateway, reportAggregation, messageStoreSync, clientEdge];
  const keeping = services.flatMap(({ name, aggregates }) => aggregates.filter(({ journalOf }) => journalOf).map((aggregate) => collectionOf(name, aggregate.name)));
  expect([...JOURNALS].sort()).toEqual(keeping.sort());
});
