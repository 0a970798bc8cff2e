import { bootstrap, hostConfig, InMemoryPlatform, parseConfig, type RunningHost } from '@cpm/runtime-host';
import { testIdentityProvider, type TestIdentityProvider } from '@cpm/runtime-host/testing';
import { AccessAwarenessModule } from './access-awareness.module.js';

const alice = 'tel:+4915110000001';
const phone = 'urn:uuid:00000000-0000-4000-8000-000000000001';

let identity: TestIdentityProvider;
let host: RunningHost;
let platform: InMemoryPlatform;

async function provision(user: string): Promise<void> {
  const next = {
    id: user, owner: user, partition: 0, version: 1, watermark: 0, seen: {}, decidedAt: 0, outbox: [], answers: [],
    state: { provisioning: { primaryDevice: { id: phone } }, devices: [] },
  };
  await platform.readStore('device-registry').write([], [{ kind: 'subscriber', next, due: undefined, open: false, removableAt: undefined, message: undefined, journey: [] }]);
}

beforeEach(async () => {
  identity = await testIdentityProvider();
  platform = new InMemoryPlatform();
  const config = parseConfig(hostConfig, { HTTP_PORT: '0', HTTP_HOST: '127.0.0.1', CPM_JWKS_URL: identity.jwksUrl, LOG_LEVEL: 'silent' });
  host = await bootstrap([AccessAwarenessModule], config, { platform });
  await provision(alice);
});
afterEach(async () => {
  await host.close();
  await identity.forget();
});

async function call(method: string, path: string, scope: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${host.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${await identity.token({ scope })}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}
const t8 = (...reports: Record<string, unknown>[]) => call('POST', '/network/v1/t8/notifications', 'network', { subscription: 'https://scef.example/s/1', monitoringEventReports: reports });
const reachable = (msisdn: string) => ({ monitoringType: 'UE_REACHABILITY', msisdn, reachabilityType: 'SMS' });
const evidence = () => platform.log.records('cpm.access-awareness.inbox').map(({ key, value }) => [key, (JSON.parse(value) as { data: { access: string; state: string; source: string } }).data]);

describe('T8 notifications', () => {
  it('become evidence in the log of the subscriber', async () => {
    expect((await t8(reachable('4915110000001'))).status).toBe(204);
    expect(evidence()).toMatchObject([[alice, { access: 'CS', state: 'AVAILABLE', source: 't8' }]]);
  });

  it('about nobody known are 404; among others, strangers are dropped', async () => {
    expect(await t8(reachable('4915119999999'))).toMatchObject({ status: 404, body: { type: 'urn:problem-type:cpm:unknown-subscriber' } });
    expect((await t8(reachable('4915119999999'), reachable('4915110000001'))).status).toBe(204);
    expect(evidence()).toHaveLength(1);
  });

  it('that do not fit the schema are 400, name the field and leave nothing behind', async () => {
    expect(await t8({ ...reachable('4915110000001'), monitoringType: 'WEATHER' })).toMatchObject({ status: 400, body: { errors: [{ path: 'monitoringEventReports[0].monitoringType' }] } });
    expect(evidence()).toEqual([]);
  });
});

describe('IMS registrations', () => {
  const registration = (address: string) => call('POST', '/network/v1/ims/registrations', 'network', { address, contacts: [{ deviceId: phone, state: 'active', expires: 600 }] });

  it('become evidence for IP of the device', async () => {
    expect((await registration(alice)).status).toBe(204);
    expect(evidence()).toMatchObject([[alice, { access: 'IP', state: 'AVAILABLE', source: 'reginfo', device: phone }]]);
  });

  it('of strangers are 404', async () => expect((await registration('tel:+4915119999999')).status).toBe(404));
});

it('shows operators the access of a subscriber, and of nobody else', async () => {
  expect((await call('GET', `/admin/v1/access/${encodeURIComponent(alice)}`, 'operator')).body).toMatchObject({ address: alice, devices: [] });
  expect((await call('GET', `/admin/v1/access/${encodeURIComponent('tel:+4915119999999')}`, 'operator')).status).toBe(404);
  expect((await call('GET', `/admin/v1/access/${encodeURIComponent(alice)}`, 'network')).status).toBe(403);
});
