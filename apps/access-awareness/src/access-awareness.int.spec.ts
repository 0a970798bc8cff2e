import { readdirSync, readFileSync } from 'node:fs';
import { bootstrap, InMemoryPlatform, type RunningHost } from '@cpm/runtime-host';
import { entranceForTests, testIdentityProvider, type TestIdentityProvider } from '@cpm/runtime-host/testing';
import { AccessAwarenessModule } from './access-awareness.module.js';

const alice = 'tel:+4915110000001';
/** Of the bodies in `libs/contracts/access-awareness/examples`. */
const ofTheExamples = 'tel:+33640332859';
const phone = 'urn:uuid:00000000-0000-4000-8000-000000000001';

let identity: TestIdentityProvider;
let host: RunningHost;
let platform: InMemoryPlatform;

async function provision(user: string): Promise<void> {
  const next = {
    id: user, owner: user, partition: 0, version: 1, watermark: 0, seen: {}, decidedAt: 0, outbox: [], answers: [],
    state: { provisioning: { primaryDevice: { id: phone } }, devices: [] },
  };
  await platform.readStore('device-registry').write([], [{ kind: 'subscriber', isFirst: true, next, due: undefined, open: false, removableAt: undefined, message: undefined, journey: [] }]);
}

beforeEach(async () => {
  identity = await testIdentityProvider();
  platform = new InMemoryPlatform();
  const config = entranceForTests(identity.jwksUrl);
  host = await bootstrap([AccessAwarenessModule], config, { platform });
  for (const user of [alice, ofTheExamples]) await provision(user);
});
afterEach(async () => {
  await host.close();
  await identity.forget();
});

const call = (method: string, path: string, scope: string, body?: unknown) => send(method, path, { scope, ...(body !== undefined && { text: JSON.stringify(body) }) });

async function send(method: string, path: string, { scope, text: content, type = 'application/json' }: { scope: string; text?: string; type?: string }): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${host.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${await identity.token({ scope })}`, ...(content !== undefined && { 'content-type': type }) },
    ...(content !== undefined && { body: content }),
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

  it('that name nobody are 404, and an external identifier names the subscriber of that SIP address', async () => {
    const { msisdn: _, ...report } = reachable('');
    expect((await t8(report)).status).toBe(404);
    expect((await t8({ ...report, externalId: 'mia@example.com' })).status).toBe(404);
    await provision('sip:mia@example.com');
    expect((await t8({ ...report, externalId: 'mia@example.com' })).status).toBe(204);
    expect(evidence()).toMatchObject([['sip:mia@example.com', { access: 'CS', state: 'AVAILABLE', source: 't8' }]]);
  });

  it('of a kind that a later release knows leave the others standing', async () => {
    expect((await t8({ ...reachable('4915110000001'), monitoringType: 'WEATHER' }, reachable('4915110000001'))).status).toBe(204);
    expect(evidence()).toHaveLength(1);
  });

  it('that do not fit the schema are 400, name the field and leave nothing behind', async () => {
    expect(await t8({ ...reachable('4915110000001'), monitoringType: 7 })).toMatchObject({ status: 400, body: { errors: [{ path: 'monitoringEventReports[0].monitoringType' }] } });
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

const EXAMPLES = new URL('../../../libs/contracts/access-awareness/examples/', import.meta.url);
const exampleText = (name: string) => readFileSync(new URL(name, EXAMPLES), 'utf8');
const examples = JSON.parse(exampleText('meanings.json')) as { body: string; contentType: string; path: string; evidence: string[] }[];

/** Evidence as `meanings.json` writes it; what happened since `arrival` is told in seconds after it. */
function linesSince(arrival: number): string[] {
  const instant = (at: number) => {
    if (at < arrival) return new Date(at).toISOString().replace('.000Z', 'Z');
    const seconds = Math.floor((at - arrival) / 1000);
    return seconds < 60 ? 'received' : `received+${seconds - (seconds % 60)}`;
  };
  return platform.log.records('cpm.access-awareness.inbox').map(({ value }) => {
    const { source, device, access, state, confidence, observedAt, at, except, validUntil, cause } = (JSON.parse(value) as { data: Record<string, string> & { except?: string[] } }).data;
    const said = access === undefined ? ['restated', 'at', instant(Number(at)), state] : [device, access, state, confidence, 'at', instant(Number(observedAt))];
    return [
      source, ...said, ...(except ? ['except', ...except] : []), ...(validUntil === undefined ? [] : ['until', instant(Number(validUntil))]), ...(cause === undefined ? [] : ['because', cause]),
    ].filter((word) => word !== undefined).join(' ');
  });
}

describe('bodies as networks post them', () => {
  it.each(examples)('$body to $path', async ({ body, contentType, path, evidence: expected }) => {
    const arrival = Date.now();
    expect(await send('POST', path, { scope: 'network', text: exampleText(body), type: contentType })).toEqual({ status: 204, body: {} });
    expect(linesSince(arrival).toSorted()).toEqual(expected.toSorted());
  });

  it('are all posted', () =>
    expect(readdirSync(EXAMPLES).filter((name) => !['README.md', 'meanings.json'].includes(name)).toSorted()).toEqual([...new Set(examples.map(({ body }) => body))].toSorted()));

  it.each([...new Map(examples.map((example) => [example.path.split('?')[0], example])).values()])('need the scope of the network at $path', async ({ path, body, contentType }) =>
    expect((await send('POST', path, { scope: 'operator', text: exampleText(body), type: contentType })).status).toBe(403));
});

describe('reports of the core network', () => {
  const report = { referenceId: 1, eventType: 'UE_REACHABILITY_FOR_DATA', timeStamp: '2026-03-02T09:20:00Z', reachabilityReport: { reachability: 'REACHABLE' } };
  const nudm = (reports: unknown, ueIdentity = '') => call('POST', `/network/v1/nudm-ee/notifications${ueIdentity}`, 'network', reports);
  const unknown = { status: 404, body: { type: 'urn:problem-type:cpm:unknown-subscriber' } };

  it.each([
    ['about nobody known', [{ ...report, gpsi: 'msisdn-4915119999999' }], ''],
    ['about nobody named', [report], ''],
    ['to the callback of a stranger', [report], '/msisdn-4915119999999'],
    ['to the callback of a SIM', [report], '/imsi-262011234567890'],
    ['about an external identifier that is nobody here', [{ ...report, gpsi: 'extid-alice@example.com' }], ''],
  ])('%s are 404', async (_, reports, path) => {
    expect(await nudm(reports, path)).toMatchObject(unknown);
    expect(evidence()).toEqual([]);
  });

  it('about strangers are dropped among others', async () => {
    expect((await nudm([{ ...report, gpsi: 'msisdn-4915119999999' }, { ...report, gpsi: 'msisdn-4915110000001' }])).status).toBe(204);
    expect(evidence()).toHaveLength(1);
  });

  it('about an external identifier are about the subscriber of that SIP address', async () => {
    await provision('sip:alice@example.com');
    expect((await nudm([report], '/extid-Alice@example.com')).status).toBe(204);
    expect(evidence()).toMatchObject([['sip:alice@example.com', { source: 'nudm-ee' }]]);
  });

  it.each<[string, unknown, string]>([
    ['/nudm-ee/notifications', { ...report }, ''],
    ['/nudm-ee/notifications', [], ''],
    ['/nudm-ee/notifications', undefined, ''],
    ['/nudm-ee/notifications', [report, { ...report, timeStamp: 'noon' }], '[1].timeStamp'],
    ['/nudm-ee/notifications', [{ ...report, eventType: undefined }], '[0].eventType'],
    ['/nudm-ee/notifications', { reportList: [{ type: 'REACHABILITY_REPORT' }] }, 'reportList[0].timeStamp'],
    ['/nudm-ee/notifications?reachabilityForSmsCfg=' + 'x'.repeat(65), [report], 'reachabilityForSmsCfg'],
    ['/nhss-ee/notifications/msisdn-4915110000001', [{ ...report, report: { reachabilityForSmsReport: { reachabilitySmsStatus: 'no' } } }], '[0].report.reachabilityForSmsReport.reachabilitySmsStatus'],
    ['/nhss-ims-sdm/notifications/msisdn-4915110000001', { reachabilityIndicator: true, accessType: '3GPP_ACCESS' }, 'detectingNode'],
    ['/camara/events', { specversion: '0.3', id: '1', source: 's', type: 't', time: '2026-03-02T09:20:00Z' }, 'specversion'],
    ['/camara/events', { specversion: '1.0', id: '1', source: 's', type: 't', time: '2026-03-02T09:20:00Z', data: { device: { phoneNumber: 'alice' } } }, 'data.device.phoneNumber'],
    ['/ims/registrations', '<reginfo/>', ''],
  ])('that do not fit %s are 400 and name the field', async (path, body, field) => {
    expect(await call('POST', `/network/v1${path}`, 'network', body)).toMatchObject({ status: 400, body: { errors: [{ path: field }] } });
    expect(evidence()).toEqual([]);
  });

  it('that a CAMARA subscription has ended are taken, whoever it was of', async () => {
    const ended = { specversion: '1.0', id: '1', source: 's', type: 'org.camaraproject.device-reachability-status-subscriptions.v0.subscription-ended', time: '2026-03-02T09:20:00Z' };
    expect((await call('POST', '/network/v1/camara/events', 'network', { ...ended, data: { subscriptionId: 's-1' } })).status).toBe(204);
    expect(evidence()).toEqual([]);
  });

  it('of a larger registration than any are 413', async () =>
    expect((await send('POST', '/network/v1/ims/registrations', { scope: 'network', text: ' '.repeat(2 ** 20 + 1), type: 'application/reginfo+xml' })).status).toBe(413));
});

it('shows operators the access of a subscriber, and of nobody else', async () => {
  expect((await call('GET', `/admin/v1/access/${encodeURIComponent(alice)}`, 'operator')).body).toMatchObject({ address: alice, devices: [] });
  expect((await call('GET', `/admin/v1/access/${encodeURIComponent('tel:+4915119999999')}`, 'operator')).status).toBe(404);
  expect((await call('GET', `/admin/v1/access/${encodeURIComponent(alice)}`, 'network')).status).toBe(403);
});
