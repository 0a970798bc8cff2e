import { Module } from '@nestjs/common';
import { ceType, inboxOf } from '@cpm/runtime-decider';
import { IngressPublisher, PendingCommands } from '@cpm/runtime-engine';
import type { CpmAddress } from '@cpm/vocabulary';
import { bootstrap, type RunningHost } from './bootstrap.js';
import { hostConfig, parseConfig } from './config.js';
import { DeadLettersModule } from './dead-letters.controller.js';
import { InMemoryPlatform } from './in-memory-platform.js';
import { ServiceHost } from './service-host.module.js';
import { Count, counter, counting } from './testing/counter-service.js';
import { testIdentityProvider, type TestIdentityProvider } from './testing/identity-provider.js';
import { commandsOf, ingressOf } from './tokens.js';

const alice = 'tel:+4915110000001' as CpmAddress;
const announced: unknown[] = [];

@Module({
  imports: [ServiceHost.for(counting, { effects: 'announcements' })],
  providers: [{ provide: 'announcements', useValue: { announce: (inputs: readonly unknown[]) => void announced.push(...inputs) } }],
})
class CountingModule {}

let identity: TestIdentityProvider;
let host: RunningHost;
let platform: InMemoryPlatform;
let operator: string;
const logged: string[] = [];

beforeAll(async () => {
  identity = await testIdentityProvider();
  operator = await identity.token({ scope: 'operator' });
  platform = new InMemoryPlatform();
  const config = parseConfig(hostConfig, { HTTP_PORT: '0', HTTP_HOST: '127.0.0.1', CPM_JWKS_URL: identity.jwksUrl, LOG_LEVEL: 'debug' });
  host = await bootstrap([CountingModule, DeadLettersModule], config, { platform, logOutput: { write: (line) => void logged.push(line) } });
});
afterAll(async () => {
  await host.close();
  await identity.forget();
});

const commands = () => host.app.get<PendingCommands>(commandsOf('routing'), { strict: false });
const count = (commandId: string, timerMs?: number) =>
  commands().ask(Count, { user: alice, commandId, ...(timerMs !== undefined && { timerMs }) }, { aggregate: counter, id: alice });
const get = (path: string, token?: string) => fetch(`${host.url}${path}`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 5_000; !(await condition());) {
    if (Date.now() > deadline) throw new Error('the condition did not come true within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('a hosted service', () => {
  it('decides a command once and gives its repetition the first outcome', async () => {
    expect(await count('a')).toEqual({ count: 1 });
    expect(await count('a')).toEqual({ count: 1 });
    expect(await count('b')).toEqual({ count: 2 });
  });

  it('hands effects to the handlers of the application', async () => {
    expect(announced.slice(0, 2)).toEqual([{ count: 1 }, { count: 2 }]);
  });

  it('puts a due timer into the log and decides it', async () => {
    await count('c', 20);
    await until(() => announced.some((effect) => (effect as { count: number }).count === 13));
  });

  it('is ready while it consumes and the database answers, and says why it is not', async () => {
    expect((await get('/health/ready')).status).toBe(200);
    platform.problem = 'does not answer';
    const answer = await get('/health/ready');
    platform.problem = undefined;
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ status: 'not-ready', reasons: ['database: does not answer'] });
    expect((await get('/health/live')).status).toBe(200);
  });

  it('measures batches by service', async () => {
    const text = await (await get('/metrics')).text();
    expect(text).toMatch(/cpm_inbox_records_total\{service="routing"\} [1-9]/);
    expect(text).toMatch(/cpm_inbox_step_seconds_count\{service="routing",step="write"\} [1-9]/);
    expect(text).toContain('cpm_inbox_status{service="routing",status="running"} 1');
    expect(text).toContain('cpm_inbox_lag_records{service="routing"} 0');
    expect(text).toContain('cpm_inbox_lag_partition_max_records{service="routing"} 0');
    expect(text).toContain('cpm_inbox_stuck_seconds{service="routing"} 0');
    expect(text).toContain('cpm_inbox_partitions{service="routing"} 2');
    expect(text).toContain('cpm_outbox_oldest_seconds{service="routing"} 0');
    expect(text).toContain('cpm_dead_letters_total{service="routing",reason="not-decidable"} 0');
    expect(text).toMatch(/cpm_timer_delay_seconds_count\{service="routing"\} [1-9]/);
    expect(text).toMatch(/cpm_timer_scan_age_seconds\{service="routing"\} [0-9]/);
    expect(text).toMatch(/cpm_ready 1\n[^]*cpm_database_up 1\n/);
  });
});

describe('the AsyncAPI document', () => {
  it('describes what the services of the process hear, and each for itself', async () => {
    const document = (await (await get('/asyncapi')).json()) as { asyncapi: string; channels: Record<string, { address: string; messages: object; bindings: { kafka: object } }> };
    expect(document.asyncapi).toBe('3.0.0');
    expect(document.channels['routingInbox']).toMatchObject({ address: 'cpm.routing.inbox', messages: { Count: {} }, bindings: { kafka: { partitions: 6, replicas: 1 } } });
    expect(Object.keys(document.channels)).toEqual(['routingInbox', 'routingDeadLetters']);
    expect(await (await get('/asyncapi/routing')).json()).toEqual(document);
  });

  it('is not made up for a service that runs elsewhere', async () => {
    const answer = await get('/asyncapi/client-edge');
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });
});

describe('a record that cannot be understood', () => {
  it('goes aside, is shown to operators without its content, and can be replayed once', async () => {
    const ingress = host.app.get<IngressPublisher>(ingressOf('routing'), { strict: false });
    await ingress.append([{ topic: inboxOf('routing'), key: alice, value: '{"secret": "nonsense"}' }]);
    const list = async () => ((await (await get('/admin/v1/dead-letters?service=routing', operator)).json()) as { deadLetters: { id: string; reason: string }[] }).deadLetters;
    await until(async () => (await list()).length === 1);
    const [letter] = await list();
    expect(letter).toMatchObject({ service: 'routing', key: alice, reason: 'id: must be a string', replayed: false, bytes: 22 });
    expect(JSON.stringify(letter)).not.toContain('nonsense');

    const replay = () => fetch(`${host.url}/admin/v1/dead-letters/${encodeURIComponent(letter?.id ?? '')}/replay`, { method: 'POST', headers: { authorization: `Bearer ${operator}` } });
    expect((await replay()).status).toBe(202);
    await until(async () => (await list()).length === 2);
    const again = await replay();
    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({ type: 'urn:problem-type:cpm:already-replayed' });
    expect(await count('d')).toEqual({ count: 14 });
  });

  it('is replayed as what it was, although its type would end its own text and begin another event', async () => {
    const ingress = host.app.get<IngressPublisher>(ingressOf('routing'), { strict: false });
    const list = async () => ((await (await get('/admin/v1/dead-letters?service=routing', operator)).json()) as { deadLetters: { id: string; reason: string }[] }).deadLetters;
    const before = (await list()).length;
    const smuggled = { specversion: '1.0', id: '1', source: '/routing/ingress', type: `cpm.no.Such.v1","type":"${ceType(Count)}`, data: { user: alice, commandId: 'smuggled' } };
    await ingress.append([{ topic: inboxOf('routing'), key: alice, value: JSON.stringify(smuggled) }]);
    await until(async () => (await list()).length === before + 1);
    const letter = (await list()).find(({ reason }) => reason.startsWith('type: cpm.no.Such.v1'));
    const counted = await count('before-replay');
    await fetch(`${host.url}/admin/v1/dead-letters/${encodeURIComponent(letter?.id ?? '')}/replay`, { method: 'POST', headers: { authorization: `Bearer ${operator}` } });
    await until(async () => (await list()).length === before + 2);
    expect(await count('after-replay')).toEqual({ count: ((counted as { count: number }).count) + 1 });
  });

  it('is not shown without an operator\'s token', async () => {
    expect((await get('/admin/v1/dead-letters')).status).toBe(401);
  });

  it('names the query parameter at fault', async () => {
    const answer = await get('/admin/v1/dead-letters?service=nobody', operator);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: [{ path: 'service' }] });
  });
});

it('writes neither numbers nor tokens to the log', async () => {
  await get(`/admin/v1/subscribers/${encodeURIComponent(alice)}`, operator);
  await until(() => logged.some((line) => line.includes('/admin/v1/subscribers/')));
  expect(logged.join('')).not.toMatch(/4915110000001/);
  expect(logged.join('')).not.toContain(operator);
});
