import { Module } from '@nestjs/common';
import { EraseUser, SubscriberChanged } from '@cpm/contracts-device-registry';
import { accessAwareness, type T8Subscriptions } from '@cpm/domain-access-awareness';
import { requirement } from '@cpm/runtime-decider';
import { bootstrap, CLOCK, hostConfig, InMemoryPlatform, parseConfig, ServiceHost, systemClock, type RunningHost } from '@cpm/runtime-host';
import { tell, testIdentityProvider, type TestIdentityProvider } from '@cpm/runtime-host/testing';
import type { Clock } from '@cpm/runtime-ports';
import { autoAnswer, capabilities, DEFAULT_POLICY, DEFAULT_PROFILE, type CpmAddress, type DeviceId, type NetworkMonitoring } from '@cpm/vocabulary';
import { AccessAwarenessModule } from '../access-awareness.module.js';
import { FakeNef, type Fault, type Wished } from './fake-nef.fixture.js';
import { T8Effects, type T8Parts } from './t8-effects.js';
import { T8Metrics } from './t8-metrics.js';
import { t8Providers } from './t8-providers.js';
import { T8Reports } from './t8-reports.js';
import { T8 } from './t8-tokens.js';

const SERVICE = 'access-awareness';
const mia = 'tel:+4915110000001' as CpmAddress;
const phone = 'urn:uuid:00000000-0000-4000-8000-000000000001' as DeviceId;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ALL: NetworkMonitoring[] = ['UE_REACHABILITY_FOR_SMS', 'UE_REACHABILITY_FOR_DATA', 'LOSS_OF_CONNECTIVITY'];

/** Brings what it is asked to the network and dies before it can tell what became of it. */
@Module({
  imports: [ServiceHost.for(accessAwareness, { effects: 'dying' })],
  providers: [
    ...t8Providers.filter((provider) => typeof provider === 'object' && 'provide' in provider && ([T8, T8Metrics, T8Reports] as unknown[]).includes(provider.provide)),
    {
      provide: 'dying',
      inject: [T8, T8Reports, T8Metrics, CLOCK],
      useFactory: (t8: T8Parts, reports: T8Reports, metrics: T8Metrics, clock: Clock) =>
        new T8Effects({ t8, reports, metrics, clock, ingress: { publish: () => new Promise<void>(() => undefined) } }).effects,
    },
  ],
})
class DyingModule {}

let identity: TestIdentityProvider;
let platform: InMemoryPlatform;
let nef: FakeNef;
let host: RunningHost;
let environment: Record<string, string>;
let offsetMs: number;
let version: number;

const clock: Clock = { now: () => Date.now() + offsetMs, sleep: systemClock.sleep.bind(systemClock) };

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; !(await condition());) {
    if (Date.now() > deadline) throw new Error(`the condition did not come true within 20 s: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function run(module: typeof AccessAwarenessModule | typeof DyingModule = AccessAwarenessModule): Promise<void> {
  process.env = { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('T8_'))), ...environment };
  const port = host ? new URL(host.url).port : '0';
  const config = parseConfig(hostConfig, { HTTP_PORT: port, HTTP_HOST: '127.0.0.1', CPM_JWKS_URL: identity.jwksUrl, LOG_LEVEL: 'silent' });
  host = await bootstrap([module], config, { platform, clock });
}

async function wants(kinds: readonly NetworkMonitoring[]): Promise<void> {
  const newest = await platform.policies.newest();
  await platform.policies.append({ version: (newest?.version ?? 0) + 1, policy: { ...DEFAULT_POLICY, 'access.t8.subscriptions': [...kinds] }, at: 0 });
}

/** What the notification URL must be is known when the port is. */
async function freePort(): Promise<string> {
  const probe = await FakeNef.start();
  const { url } = probe;
  await probe.stop();
  return url;
}

async function provision(isKnown: boolean): Promise<void> {
  version += 1;
  const next = { id: mia, owner: mia, partition: 0, version, watermark: 0, seen: {}, decidedAt: 0, outbox: [], answers: [], state: isKnown ? { provisioning: { primaryDevice: { id: phone } } } : {} };
  await platform.readStore('device-registry').write([], [{ kind: 'subscriber', isFirst: version === 1, next, due: undefined, open: false, removableAt: undefined, message: undefined, journey: [] }]);
  const device = { id: phone, name: 'Phone', role: 'primary' as const, registered: true, capabilities: capabilities.parse({}), autoAnswer: autoAnswer.parse({}) };
  await tell(host, SubscriberChanged, { user: mia, version, removed: !isKnown, devices: isKnown ? [device] : [], profile: DEFAULT_PROFILE, at: clock.now() });
}

const stored = async () => {
  const [found] = await platform.readStore(SERVICE).load('t8-subscriptions', [mia]);
  return found?.state as T8Subscriptions | undefined;
};
const statuses = async () => (await stored())?.subscriptions.map(({ status }) => status) ?? [];
const allKept = async () => {
  const all = await statuses();
  return all.length > 0 && all.every((status) => status === 'kept');
};
const shown = async () => {
  const answer = await fetch(`${host.url}/admin/v1/access/${encodeURIComponent(mia)}`, { headers: { authorization: `Bearer ${await identity.token({ scope: 'operator' })}` } });
  return ((await answer.json()) as { networkSubscriptions: unknown }).networkSubscriptions;
};
const evidence = () => platform.log.records('cpm.access-awareness.inbox')
  .map(({ value }) => JSON.parse(value) as { type: string; data: { access: string; state: string; source: string } })
  .filter(({ type }) => type === 'cpm.access-awareness.AccessObserved.v1')
  .map(({ data: { access, state, source } }) => [access, state, source]);

beforeEach(async () => {
  offsetMs = 0;
  version = 0;
  identity = await testIdentityProvider();
  platform = new InMemoryPlatform(() => clock.now());
  nef = await FakeNef.start();
  const entry = await freePort();
  environment = {
    T8_API_ROOT: nef.apiRoot, T8_SCS_AS_ID: 'as-1', T8_NOTIFICATION_URL: `${entry}/network/v1/t8/notifications`, T8_CALLBACK_SECRET: 'a secret that is known to this test', T8_TOKEN: 'fixed', T8_TIMEOUT_MS: '500',
  };
  host = { url: entry } as RunningHost;
  await wants(['UE_REACHABILITY_FOR_SMS']);
});
afterEach(async () => {
  await host.close();
  await nef.stop();
  await identity.forget();
});

async function watched(kinds: readonly NetworkMonitoring[] = ['UE_REACHABILITY_FOR_SMS']): Promise<void> {
  await wants(kinds);
  await run();
  await provision(true);
  await until(allKept);
}

requirement('CPM-MLD-035', () => {
  it('asks the network for each kind of report of a Primary, once, as TS 29.122 says', async () => {
    await watched(ALL);
    await provision(true);
    await until(async () => (await stored())?.version === 2);
    const asked = nef.asked('POST');
    expect(asked.map(({ authorization, contentType }) => [authorization, contentType])).toEqual(ALL.map(() => ['Bearer fixed', 'application/json']));
    const bodies = asked.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    const basis = { supportedFeatures: '3', msisdn: '4915110000001', notificationDestination: expect.stringMatching(/\/network\/v1\/t8\/notifications\/[\w-]{60,86}$/), monitorExpireTime: expect.stringMatching(/Z$/) };
    expect(bodies).toEqual([
      { ...basis, monitoringType: 'UE_REACHABILITY', reachabilityType: 'SMS', maximumNumberOfReports: 1 },
      { ...basis, monitoringType: 'UE_REACHABILITY', reachabilityType: 'DATA' },
      { ...basis, monitoringType: 'LOSS_OF_CONNECTIVITY', maximumDetectionTime: 600 },
    ]);
    expect(new Set(bodies.map(({ notificationDestination }) => notificationDestination)).size).toBe(3);
    expect(bodies.map(({ notificationDestination }) => String(notificationDestination)).join()).not.toContain('15110000001');
    for (const { monitorExpireTime } of bodies) {
      const life = Date.parse(String(monitorExpireTime)) - clock.now();
      expect([life > 0.89 * DAY_MS, life <= DAY_MS]).toEqual([true, true]);
    }
  });

  it('shows operators what is asked of the network', async () => {
    await watched();
    expect(await shown()).toMatchObject([{ monitoring: 'UE_REACHABILITY_FOR_SMS', status: 'kept', expiresAt: expect.stringMatching(/^\d{4}-.*Z$/), failures: 0 }]);
  });

  it('takes what the network reports without a token of ours for evidence, and arms the one-shot subscription anew once CS is gone', async () => {
    await watched();
    const first = nef.idOf('SMS');
    expect(await nef.report(first)).toBe(204);
    expect(evidence()).toEqual([['CS', 'AVAILABLE', 't8']]);
    await until(async () => (await statuses())[0] === 'paused');
    offsetMs += 6 * HOUR_MS;
    await until(allKept);
    expect(nef.idOf('SMS')).not.toBe(first);
  });

  it('renews in time, and creates anew what the network does not know any more', async () => {
    await watched(['UE_REACHABILITY_FOR_DATA']);
    const before = nef.standing.get('s1')?.monitorExpireTime ?? '';
    offsetMs += 0.85 * DAY_MS;
    await until(() => nef.asked('PUT').length === 1);
    await until(allKept);
    expect(Date.parse(nef.standing.get('s1')?.monitorExpireTime ?? '')).toBeGreaterThan(Date.parse(before));
    nef.standing.clear();
    offsetMs += 0.85 * DAY_MS;
    await until(() => nef.standing.size === 1);
    await until(allKept);
    expect([nef.asked('PUT').length, nef.asked('POST').length, nef.asked('DELETE').length]).toEqual([2, 2, 0]);
  });

  it('subscribes anew when the network cancels', async () => {
    await watched(['LOSS_OF_CONNECTIVITY']);
    expect(await nef.cancel('s1')).toBe(204);
    await until(async () => (await statuses())[0] === 'paused');
    offsetMs += 2_000;
    await until(allKept);
    expect([...nef.standing.keys()]).toEqual(['s2']);
  });

  it('takes an immediate report instead of a subscription, and asks again once CS is gone', async () => {
    nef.immediate = { monitoringType: 'UE_REACHABILITY', reachabilityType: 'SMS', msisdn: '4915110000001' };
    await run();
    await provision(true);
    await until(async () => (await statuses())[0] === 'paused');
    await until(() => evidence().length === 1);
    expect([evidence(), nef.asked('POST').length]).toEqual([[['CS', 'AVAILABLE', 't8']], 1]);
    nef.immediate = undefined;
    offsetMs += 6 * HOUR_MS;
    await until(allKept);
  });

  it('takes the one report that comes with the subscription for all that it was for, and asks again once CS is gone', async () => {
    nef.adds = { monitoringEventReport: { monitoringType: 'UE_REACHABILITY', reachabilityType: 'SMS', msisdn: '4915110000001' } };
    await run();
    await provision(true);
    await until(async () => (await statuses())[0] === 'paused');
    await until(() => evidence().length === 1);
    await until(async () => (await stored())?.isReachableForSms === true);
    nef.adds = {};
    offsetMs += HOUR_MS;
    await until(async () => (await platform.readStore(SERVICE).due(['t8-subscriptions'], [0], clock.now(), 9)).length === 0);
    expect(nef.asked('POST')).toHaveLength(1);
    offsetMs += 6 * HOUR_MS;
    await until(allKept);
  });

  it('deletes at the network when the subscriber is removed, again until it is done, and nothing else happens', async () => {
    await watched(['LOSS_OF_CONNECTIVITY']);
    let refusals = 2;
    nef.fault = ({ method }, response) => {
      if (method !== 'DELETE' || (refusals -= 1) < 0) return undefined;
      response.writeHead(503).end();
      return true;
    };
    await provision(false);
    for (const tries of [1, 2]) {
      await until(() => nef.asked('DELETE').length === tries);
      // As long as no outcome is known the request is under way for the answer limit.
      await until(async () => ((await stored())?.deletions[0]?.dueAt ?? 0) < clock.now() + 60_000);
      offsetMs += 10_000;
    }
    await until(async () => (await stored())?.deletions.length === 0);
    expect([nef.standing.size, await statuses(), nef.asked('DELETE').length, nef.asked('PUT').length, nef.asked('POST').length]).toEqual([0, [], 3, 0, 1]);
  });
});

describe('a network that does not do what it should', () => {
  const faults: Record<string, Fault> = {
    'answers 500': (_, response) => (response.writeHead(500).end(), true),
    'does not answer': () => true,
    'breaks the connection': (_, response) => (response.destroy(), true),
    'answers 429': (_, response) => (response.writeHead(429).end(), true),
    'does not know the collection': (_, response) => (response.writeHead(404).end(), true),
    'sends us elsewhere': (_, response) => (response.writeHead(307, { location: `${nef.apiRoot}/elsewhere` }).end(), true),
  };
  it.each(Object.entries(faults))('%s: is asked again later', async (_, fault) => {
    nef.fault = fault;
    await run();
    await provision(true);
    await until(async () => (await statuses())[0] === 'retrying');
    nef.fault = () => undefined;
    offsetMs += 5_000;
    await until(allKept);
    expect(nef.asked('POST')).toHaveLength(2);
  });

  it('is not asked before it wants to be asked', async () => {
    nef.fault = (_, response) => (response.writeHead(503, { 'retry-after': '1200' }).end(), true);
    await run();
    await provision(true);
    await until(async () => (await statuses())[0] === 'retrying');
    const [one] = (await stored())?.subscriptions ?? [];
    expect(Math.round(((one?.dueAt ?? 0) - clock.now()) / 10_000)).toBe(120);
  });

  it('refuses for good: is left alone for a day, and operators are told why', async () => {
    nef.fault = (_, response) => (response.writeHead(403).end(), true);
    await run();
    await provision(true);
    await until(async () => (await statuses())[0] === 'refused');
    expect(((await stored())?.subscriptions[0]?.dueAt ?? 0) - clock.now()).toBeGreaterThan(0.99 * DAY_MS);
    expect(await shown()).toMatchObject([{ status: 'refused', reason: 'answered 403' }]);
  });

  it('grants more time than it was asked for: is asked again in time, nevertheless', async () => {
    nef.adds = { monitorExpireTime: '9999-12-31T23:59:59Z' };
    await watched(['LOSS_OF_CONNECTIVITY']);
    expect((await stored())?.subscriptions[0]?.expiresAt).toBeLessThan(clock.now() + DAY_MS);
  });

  it('is left alone while its circuit is open', async () => {
    nef.fault = faults['answers 500'] as Fault;
    await run();
    await provision(true);
    for (let tries = 1; tries < 9; tries += 1) {
      await until(async () => (await stored())?.subscriptions[0]?.failures === tries);
      offsetMs += HOUR_MS / 4;
    }
    expect(nef.asked('POST').length).toBeLessThan(8);
  });

  it('has what a process left behind deleted once it reports, and its report still counts', async () => {
    await wants(['LOSS_OF_CONNECTIVITY']);
    await run(DyingModule);
    await provision(true);
    await until(() => nef.standing.size === 1);
    await host.close();
    await run();
    expect(await statuses()).toEqual(['creating']);
    offsetMs += 90_000;
    await until(async () => (await statuses())[0] === 'retrying');
    offsetMs += 5_000;
    await until(allKept);
    expect([...nef.standing.keys()]).toEqual(['s1', 's2']);
    expect(await nef.report('s1', { lossOfConnectReason: 2 })).toBe(204);
    await until(() => !nef.standing.has('s1'));
    expect(evidence()).toEqual([['IP', 'UNAVAILABLE', 't8'], ['CS', 'UNKNOWN', 't8']]);
    await until(async () => (await stored())?.deletions.length === 0);
    expect((await stored())?.subscriptions).toMatchObject([{ status: 'kept', subscriptionId: 's2' }]);
  });

  it('tells by a report of a subscription that it has it, although its answer was lost', async () => {
    await wants(['LOSS_OF_CONNECTIVITY']);
    await run(DyingModule);
    await provision(true);
    await until(() => nef.standing.size === 1);
    await host.close();
    await run();
    expect(await nef.report('s1')).toBe(204);
    await until(allKept);
    offsetMs += 30_000;
    await until(() => nef.asked('PUT').length === 1);
    expect([...nef.standing.keys()]).toEqual(['s1']);
  });
});

describe('erasure', () => {
  const erase = async () => {
    await tell(host, EraseUser, { user: mia, erasureId: 'e1', round: 1, at: clock.now() });
    // What was on its way makes an empty one again, which is removable at once.
    await until(async () => ((await stored())?.lastNumber ?? 0) === 0);
    expect(await platform.readStore(SERVICE).load('access', [mia])).toEqual([]);
  };

  it('has the network forget the user', async () => {
    await watched(['LOSS_OF_CONNECTIVITY']);
    await provision(false);
    await erase();
    await until(() => nef.standing.size === 0);
  });

  it('is not held up by a network that is down; what is left there goes when it reports', async () => {
    await watched(['LOSS_OF_CONNECTIVITY']);
    nef.fault = () => true;
    await provision(false);
    await erase();
    nef.fault = () => undefined;
    expect(nef.standing.size).toBe(1);
    expect(await nef.report('s1')).toBe(404);
    await until(() => nef.standing.size === 0);
    expect([evidence(), await statuses()]).toEqual([[], []]);
  });
});

describe('callbacks', () => {
  it('that nobody was told are 404, and one says nothing of another subscriber', async () => {
    await watched(['LOSS_OF_CONNECTIVITY']);
    const url = nef.standing.get('s1')?.notificationDestination ?? '';
    const report = { monitoringEventReports: [{ monitoringType: 'LOSS_OF_CONNECTIVITY' }] };
    const forged = [`${url.slice(0, -2)}AA`, `${url}A`, url.slice(0, -30), url.replace(/[^/]+$/, 'x'), url.replace(/[^/]+$/, 'x'.repeat(1_000))];
    expect(await Promise.all(forged.map((one) => nef.tell(one, 's1', report)))).toEqual(forged.map(() => 404));
    expect(await nef.tell(url, 's1', { monitoringEventReports: [{ monitoringType: 'LOSS_OF_CONNECTIVITY', msisdn: '4915119999999' }] })).toBe(204);
    expect(await nef.tell(url, 's1', { monitoringEventReports: [{ monitoringType: 7 }] })).toBe(400);
    expect(evidence()).toEqual([]);
  });

  it('says nothing of another subscription than its own: none is deleted or taken over', async () => {
    await watched(['LOSS_OF_CONNECTIVITY']);
    const { notificationDestination: url, ...wished } = nef.standing.get('s1') as Wished;
    nef.standing.set('theirs', { ...wished, notificationDestination: url.replace(/[^/]+$/, 'x') });
    expect(await nef.tell(url, 'theirs', { monitoringEventReports: [{ monitoringType: 'LOSS_OF_CONNECTIVITY' }] })).toBe(204);
    await until(() => nef.asked('GET').length === 1);
    await provision(false);
    await until(() => !nef.standing.has('s1'));
    expect(await nef.tell(url, 'theirs', { monitoringEventReports: [{ monitoringType: 'LOSS_OF_CONNECTIVITY' }] })).toBe(404);
    await until(() => nef.asked('GET').length === 2);
    await until(async () => (await stored())?.deletions.length === 0);
    expect([nef.standing.has('theirs'), nef.asked('DELETE').length]).toEqual([true, 1]);
  });

  it('are over some time after what was asked for', async () => {
    await watched(['LOSS_OF_CONNECTIVITY']);
    const { notificationDestination: url } = nef.standing.get('s1') as Wished;
    offsetMs += 0.85 * DAY_MS;
    await until(() => nef.asked('PUT').length === 1);
    offsetMs += 0.15 * DAY_MS;
    expect(await nef.tell(url, 's1', {})).toBe(204);
    offsetMs += HOUR_MS + 5_000;
    expect(await nef.tell(url, 's1', {})).toBe(404);
    expect(await nef.cancel('s1')).toBe(204);
  });
});

describe('nothing is kept of anybody, and nothing asked', () => {
  it('where the policy names no kind', async () => {
    await wants([]);
    await run();
    await provision(true);
    await until(async () => (await platform.readStore(SERVICE).load('access', [mia])).length === 1);
    expect([await stored(), nef.received]).toEqual([undefined, []]);
  });

  it('where there is no network, until there is one', async () => {
    const configured = environment;
    environment = {};
    await run();
    await provision(true);
    await until(async () => (await statuses())[0] === 'retrying');
    expect((await stored())?.subscriptions[0]).toMatchObject({ reason: 'T8_API_ROOT is not set' });
    expect(((await stored())?.subscriptions[0]?.dueAt ?? 0) - clock.now()).toBeGreaterThan(0.9 * HOUR_MS);
    expect(await nef.tell(`${host.url}/network/v1/t8/notifications/x`, 's1', {})).toBe(404);
    await host.close();
    environment = configured;
    await run();
    offsetMs += HOUR_MS;
    await until(allKept);
  });
});

describe('access tokens', () => {
  beforeEach(() => {
    const { T8_TOKEN: _, ...rest } = environment;
    environment = { ...rest, T8_TOKEN_URL: `${nef.url}/token`, T8_CLIENT_ID: 'cpm', T8_CLIENT_SECRET: 's:e/cret' };
  });

  it('are asked for once, by client credentials, and anew when the network takes one no more', async () => {
    nef.takes = 'token-1';
    await watched(ALL);
    const [asked, ...more] = nef.received.filter(({ path }) => path === '/token');
    expect([more, asked?.body, asked?.contentType]).toEqual([[], 'grant_type=client_credentials', 'application/x-www-form-urlencoded']);
    expect(Buffer.from(asked?.authorization?.replace('Basic ', '') ?? '', 'base64').toString()).toBe('cpm:s%3Ae%2Fcret');
    nef.takes = 'token-2';
    await provision(false);
    await until(() => nef.standing.size === 0);
    expect(nef.tokensGiven).toBe(2);
  });

  it('that are not given are waited for', async () => {
    nef.fault = ({ path }, response) => (path === '/token' ? (response.writeHead(400).end('{"error":"invalid_client"}'), true) : undefined);
    await run();
    await provision(true);
    await until(async () => (await statuses())[0] === 'retrying');
    expect(nef.asked('POST')).toEqual([]);
  });
});
