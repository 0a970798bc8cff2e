import { Logger } from '@nestjs/common';
import { bootstrap, InMemoryPlatform, type RunningHost } from '@cpm/runtime-host';
import { entranceForTests, testIdentityProvider, type TestIdentityProvider } from '@cpm/runtime-host/testing';
import { requirement } from '@cpm/runtime-decider';
import { DeviceRegistryModule } from './device-registry.module.js';

const alice = 'tel:+4915110000001';
const phone = 'urn:uuid:00000000-0000-4000-8000-000000000001';
const tablet = 'urn:uuid:00000000-0000-4000-8000-000000000002';

let identity: TestIdentityProvider;
let host: RunningHost;

interface Answer {
  readonly status: number;
  readonly etag: string | null;
  readonly body: Record<string, unknown>;
}

async function call(method: string, path: string, token: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await fetch(`${host.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, etag: answer.headers.get('etag'), body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}
const operator = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => call(method, `/admin/v1${path}`, await identity.token({ scope: 'operator' }), body, headers);
const device = async (id: string, method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  call(method, `/cpm/v1${path}`, await identity.token({ scope: 'device', sub: alice, device: id }), body, headers);
const provision = () => operator('PUT', `/subscribers/${encodeURIComponent(alice)}`, { primaryDevice: { id: phone, name: 'Phone' } });

beforeEach(async () => {
  Logger.overrideLogger(false);
  identity = await testIdentityProvider();
  const config = entranceForTests(identity.jwksUrl);
  host = await bootstrap([DeviceRegistryModule], config, { platform: new InMemoryPlatform() });
});
afterEach(async () => {
  await host.close();
  await identity.forget();
});

requirement('CPM-MLD-018', () => {
  it('registers many devices under one address, 201 the first time and 200 when nothing is new', async () => {
    expect((await provision()).status).toBe(201);
    expect((await provision()).status).toBe(200);
    expect((await device(phone, 'PUT', `/devices/${phone}`, { name: 'Phone' })).status).toBe(201);
    expect((await device(tablet, 'PUT', `/devices/${tablet}`, { name: 'Tablet', role: 'secondary' })).body).toMatchObject({ role: 'secondary', access: { ip: 'UNKNOWN', cs: 'UNKNOWN' } });
    expect((await device(tablet, 'PUT', `/devices/${tablet}`, { name: 'Tablet' })).status).toBe(200);
    const { body } = await device(phone, 'GET', '/devices');
    expect(body['devices']).toMatchObject([{ id: phone, role: 'primary', registered: true }, { id: tablet, role: 'secondary' }]);
  });

  it('refuses a device that claims a role which it does not have, and keeps nothing of it', async () => {
    await provision();
    const claim = await device(tablet, 'PUT', `/devices/${tablet}`, { name: 'Tablet', role: 'primary' });
    expect(claim).toMatchObject({ status: 403, body: { type: 'urn:problem-type:cpm:role-not-claimable', errors: [{ path: 'role' }] } });
    expect((await device(phone, 'PUT', `/devices/${phone}`, { name: 'Phone', role: 'secondary' })).status).toBe(403);
    expect((await device(phone, 'PUT', `/devices/${phone}`, { name: 'Phone', role: 'primary' })).status).toBe(201);
    expect((await device(phone, 'GET', '/devices')).body['devices']).toMatchObject([{ id: phone }]);
    expect((await device(tablet, 'PUT', `/devices/${tablet}`, { name: 'Tablet', role: 'king' })).body).toMatchObject({ errors: [{ path: 'role' }] });
  });

  it('refuses more Secondary Devices than the policy allows', async () => {
    await provision();
    const limited = await operator('PUT', '/policy', { 'device.maxSecondaries': 0 }, { 'if-match': '"0"' });
    expect(limited).toMatchObject({ status: 200, etag: '"1"', body: { 'device.maxSecondaries': 0, 'sms.maxSegments': 10 } });
    const refused = await device(tablet, 'PUT', `/devices/${tablet}`, { name: 'Tablet' });
    expect(refused).toMatchObject({ status: 403, body: { type: 'urn:problem-type:cpm:device-limit-reached' } });
  });
});

requirement('CPM-MLD-015', () => {
  it('lets a user name his devices from any of them, and no two alike', async () => {
    await provision();
    await device(tablet, 'PUT', `/devices/${tablet}`, { name: 'Tablet' });
    expect((await device(tablet, 'PATCH', `/devices/${phone}`, { name: 'Work phone' })).body).toMatchObject({ id: phone, name: 'Work phone' });
    expect(await device(tablet, 'PATCH', `/devices/${tablet}`, { name: 'work PHONE' })).toMatchObject({ status: 409, body: { errors: [{ path: 'name' }] } });
    expect(await device(tablet, 'PATCH', `/devices/${tablet}`, { name: '' })).toMatchObject({ status: 400, body: { errors: [{ path: 'name' }] } });
    expect((await device(tablet, 'PATCH', `/devices/${tablet}`, { name: 'Couch' })).status).toBe(200);
    expect((await device(tablet, 'PATCH', `/devices/${tablet}`, { name: 'Tablet' })).status).toBe(200);
  });
});

it('gives a repetition with the same Idempotency-Key the first answer, and lets a later change through', async () => {
  await provision();
  const key = { 'idempotency-key': 'k1' };
  expect((await device(tablet, 'PUT', `/devices/${tablet}`, { name: 'Tablet' }, key)).status).toBe(201);
  await device(tablet, 'PATCH', `/devices/${tablet}`, { name: 'Couch' });
  expect((await device(tablet, 'PUT', `/devices/${tablet}`, { name: 'Tablet' }, key)).status).toBe(201);
  expect((await device(tablet, 'GET', `/devices/${tablet}`)).body).toMatchObject({ name: 'Couch' });
});

it('removes Secondary Devices and unregisters the Primary, which stays', async () => {
  await provision();
  await device(phone, 'PUT', `/devices/${phone}`, { name: 'Phone' });
  await device(tablet, 'PUT', `/devices/${tablet}`, { name: 'Tablet' });
  expect((await device(phone, 'DELETE', `/devices/${tablet}`)).status).toBe(204);
  expect(await device(phone, 'DELETE', `/devices/${tablet}`)).toMatchObject({ status: 404, body: { type: 'urn:problem-type:cpm:unknown-device' } });
  expect((await device(phone, 'DELETE', `/devices/${phone}`)).status).toBe(204);
  expect((await device(phone, 'DELETE', `/devices/${phone}`)).status).toBe(409);
});

it('keeps preferences for all devices of a user and names the field that does not fit', async () => {
  await provision();
  const preferences = { activeProfile: 'work', profiles: { work: { sendReadReports: false } } };
  expect((await device(phone, 'PUT', '/preferences', preferences)).body).toMatchObject({ activeProfile: 'work', profiles: { work: { sendReadReports: false, deviceRules: [] } } });
  expect((await device(tablet, 'GET', '/preferences')).body).toMatchObject({ activeProfile: 'work' });
  expect(await device(phone, 'PUT', '/preferences', { ...preferences, activeProfile: 'home' })).toMatchObject({ status: 400, body: { errors: [{ path: 'activeProfile' }] } });
});

it('knows nobody who was not provisioned, or was removed', async () => {
  const path = `/subscribers/${encodeURIComponent(alice)}`;
  expect(await device(phone, 'PUT', `/devices/${phone}`, { name: 'Phone' })).toMatchObject({ status: 404, body: { type: 'urn:problem-type:cpm:unknown-subscriber' } });
  await provision();
  expect((await operator('GET', path)).body).toMatchObject({ address: alice, primaryDevice: { id: phone } });
  expect((await operator('DELETE', path)).status).toBe(204);
  expect((await operator('GET', path)).status).toBe(404);
  expect((await operator('GET', '/subscribers/nobody')).body).toMatchObject({ status: 400, errors: [{ path: 'address' }] });
});

describe('the policy', () => {
  it('is replaced as a whole, and only the version that was read', async () => {
    expect(await operator('GET', '/policy')).toMatchObject({ status: 200, etag: '"0"' });
    expect((await operator('PUT', '/policy', {})).status).toBe(428);
    expect((await operator('PUT', '/policy', { 'ip.preferenceSec': 3 }, { 'if-match': '"0"' })).etag).toBe('"1"');
    expect((await operator('PUT', '/policy', { 'ip.preferenceSec': 4 }, { 'if-match': '"0"' })).status).toBe(412);
    expect((await operator('PUT', '/policy', { 'sms.maxSegments': 2 }, { 'if-match': '"1"' })).body).toMatchObject({ 'sms.maxSegments': 2, 'ip.preferenceSec': 15 });
    expect(await operator('PUT', '/policy', { 'ip.preference': 4 }, { 'if-match': '*' })).toMatchObject({ status: 400, body: { errors: [{ path: 'ip.preference' }] } });
  });
});

it('answers each scope its own routes only', async () => {
  expect((await call('GET', '/cpm/v1/devices', await identity.token({ scope: 'operator' }))).status).toBe(403);
  expect((await call('GET', '/admin/v1/policy', await identity.token({ scope: 'device', sub: alice, device: phone }))).status).toBe(403);
});

it('writes down who did what to whom, before and after, and not what was said', async () => {
  const called = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => call(method, `/admin/v1${path}`, await identity.token({ scope: 'operator', sub: 'root@example.org' }), body, headers);
  await called('PUT', `/subscribers/${encodeURIComponent(alice)}`, { primaryDevice: { id: phone, name: 'Phone' } });
  await called('PUT', '/policy', {}, { 'if-match': '"7"' });
  await called('DELETE', `/subscribers/${encodeURIComponent('tel:+4915110000009')}`);
  const { body } = await called('GET', '/audit');
  const who = { who: 'root@example.org', scope: 'operator' };
  expect(body['entries']).toMatchObject([
    { ...who, what: 'subscriber.provision', whom: alice, outcome: 'begun' }, { ...who, what: 'subscriber.provision', whom: alice, outcome: 'done' },
    { ...who, what: 'policy.replace', outcome: 'begun' }, { ...who, what: 'policy.replace', outcome: 'refused', reason: 'policy-changed' },
    { ...who, what: 'subscriber.remove', outcome: 'begun' }, { ...who, what: 'subscriber.remove', outcome: 'refused', reason: 'unknown-subscriber' },
  ]);
  expect(JSON.stringify(body)).not.toContain('Phone');
  expect((await called('GET', `/audit?address=${encodeURIComponent(alice)}&since=2020-01-01T00:00:00Z`)).body['entries']).toHaveLength(2);
  expect((await called('GET', '/audit?since=yesterday')).status).toBe(400);
  expect((await device(phone, 'GET', '/audit')).status).toBe(404);
});

describe('attacks', () => {
  const unpolluted = () => expect([({} as { polluted?: unknown }).polluted, ([] as { polluted?: unknown }).polluted]).toEqual([undefined, undefined]);
  const raw = async (method: string, path: string, body: string, scope: 'operator' | 'device', headers: Record<string, string> = {}) => {
    const token = await identity.token(scope === 'operator' ? { scope } : { scope, sub: alice, device: phone });
    const answer = await fetch(`${host.url}${path}`, { method, body, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers } });
    return { status: answer.status, problem: (await answer.json()) as { errors?: { path: string }[] } };
  };

  it.each([
    ['{"activeProfile":"a","profiles":{"a":{},"__proto__":{"polluted":true}}}', 'profiles.__proto__'],
    ['{"activeProfile":"a","profiles":{"a":{"__pro\\u0074o__":{"polluted":true}}}}', 'profiles.a.__proto__'],
    ['{"activeProfile":"constructor","profiles":{"a":{}}}', 'activeProfile'],
    ['{"activeProfile":"a","profiles":{"a":{},"constructor":{"prototype":{"polluted":true}}}}', 'profiles.constructor'],
    ['{"activeProfile":"a","profiles":{"a":{},"$set":{}}}', 'profiles.$set'],
    ['{"activeProfile":"a","profiles":{"a":{},"a.b":{}}}', 'profiles.a.b'],
    ['{"activeProfile":"a","profiles":{"a":{},"a\\u0000b":{}}}', 'profiles.a\u2400b'],
    ['{"activeProfile":{"$ne":null},"profiles":{"a":{}}}', 'activeProfile'],
    ['{"activeProfile":"toString","profiles":{"a":{}}}', 'activeProfile'],
  ])('by the names of profiles are refused with their place: %s', async (body, path) => {
    await provision();
    await device(phone, 'PUT', `/devices/${phone}`, { name: 'Phone' });
    const { status, problem } = await raw('PUT', '/cpm/v1/preferences', body, 'device');
    expect([status, problem.errors?.map((error) => error.path)]).toEqual([400, expect.arrayContaining([path])]);
    unpolluted();
  });

  it.each([
    ['{"ucn.text":{"__proto__":"polluted"}}', '__proto__'], ['{"ucn.text":{"$where":"x"}}', '$where'], ['{"ucn.text":{"en.x":"x"}}', 'en.x'], ['{"__proto__":{"polluted":true}}', '__proto__'],
    ['{"constructor":{"prototype":{"polluted":true}}}', 'constructor'], ['{"$set":{"a":1}}', '$set'], ['{"ip.preferenceSec":{"$gt":0}}', 'ip.preferenceSec'],
  ])('by the keys of a policy are refused with their place: %s', async (body, path) => {
    const { status, problem } = await raw('PUT', '/admin/v1/policy', body, 'operator', { 'if-match': '*' });
    expect(status).toBe(400);
    expect(problem.errors?.map((error) => error.path).join(' ')).toContain(path);
    unpolluted();
  });

  it.each([
    ['{"primaryDevice":{"id":{"$ne":null}}}', 'primaryDevice.id'], ['{"primaryDevice":{"id":"urn:uuid:x","__proto__":{"polluted":true}}}', 'primaryDevice.__proto__'],
    [`{"primaryDevice":{"id":"${phone}"},"$where":"1"}`, '$where'], [`{"primaryDevice":{"id":"${phone}"},"language":{"$regex":".*"}}`, 'language'],
  ])('by the provisioning of a subscriber are refused with their place: %s', async (body, path) => {
    const { status, problem } = await raw('PUT', `/admin/v1/subscribers/${encodeURIComponent(alice)}`, body, 'operator');
    expect([status, problem.errors?.map((error) => error.path)]).toEqual([400, expect.arrayContaining([path])]);
    unpolluted();
  });

  it.each(['{"$ne":null}', '[$ne]', '__proto__', 'tel:+49151$where', '..%2f..%2fpolicy', '%00', 'tel:+4915110000001%00', '*', '.*', 'tel:+491511000000(1|2)'])('by the address in a path find nobody: %s', async (address) => {
    await provision();
    const { status } = await operator('GET', `/subscribers/${address.includes('%') ? address : encodeURIComponent(address)}`);
    expect([400, 404]).toContain(status);
  });

  it.each(['..%2f..%2fpackage.json', '%2e%2e%2findex.html', '..%5c..%5cpackage.json', '%00index.html', 'index.html%00.js', '%252e%252e%252fpackage.json', '%c0%ae%c0%ae%2fpackage.json', '%uff0e%uff0e%2fpackage.json', '__proto__', 'console-files.js', '%2fetc%2fpasswd'])('by the path of a console file find none: %s', async (name) => {
    expect([400, 404]).toContain((await fetch(`${host.url}/console/${name}`)).status);
  });
});
