import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Inject, Module, Param, Post, Logger, Body } from '@nestjs/common';
import { Describe, RequireScope } from '@cpm/http';
import { deadLettersOf, inboxOf } from '@cpm/runtime-decider';
import { encodeEnvelope, PendingCommands, traced, type IngressPublisher } from '@cpm/runtime-engine';
import { bootstrap, type RunningHost } from '../bootstrap.js';
import { hostConfig, parseConfig } from '../config.js';
import { DeadLettersModule } from '../dead-letters.controller.js';
import { InMemoryPlatform } from '../in-memory-platform.js';
import { ServiceHost } from '../service-host.module.js';
import { Count, counter, counting } from '../testing/counter-service.js';
import { testIdentityProvider, type TestIdentityProvider } from '../testing/identity-provider.js';
import { commandsOf, ingressOf } from '../tokens.js';
import { z } from 'zod';

const ANN = 'tel:+4915110000001';
const FOREIGN = `00-${'f'.repeat(32)}-${'e'.repeat(16)}-01`;

@Controller('/counts')
@RequireScope('operator')
class CountsController {
  constructor(@Inject(commandsOf('routing')) private readonly commands: PendingCommands) {}

  @Post('/:user')
  @Describe({ summary: 'Counts', path: z.object({ user: z.string() }), body: z.object({ commandId: z.string() }), answers: { 201: z.unknown() } })
  async count(@Param('user') user: typeof ANN, @Body() { commandId }: { commandId: string }): Promise<unknown> {
    new Logger('counts').log(`counting for ${user}`);
    return this.commands.ask(Count, { user: user as never, commandId }, { aggregate: counter, id: user });
  }

  @Get('/:user/fault')
  @Describe({ summary: 'Fails', path: z.object({ user: z.string() }), answers: { 200: null } })
  fault(): never {
    throw new Error(`a fault of ${ANN}`);
  }
}

@Module({ imports: [ServiceHost.for(counting, { effects: 'announcements' })], controllers: [CountsController], providers: [{ provide: 'announcements', useValue: {} }] })
class CountingModule {}

interface ExportedSpan {
  readonly traceId: string; readonly spanId: string; readonly parentSpanId?: string; readonly name: string;
  readonly links?: readonly { traceId: string }[]; readonly attributes: readonly { key: string; value: { stringValue?: string } }[];
}

/** Takes, or refuses, what is exported; keeps its text. */
class TestCollector {
  status = 200;
  readonly bodies: string[] = [];
  readonly headers: (string | string[] | undefined)[] = [];
  private readonly server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
    request.on('end', () => {
      if (this.status === 200) this.bodies.push(body);
      this.headers.push(request.headers['x-tenant']);
      response.writeHead(this.status, { 'content-type': 'application/json' }).end('{}');
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get spans(): readonly ExportedSpan[] {
    return this.bodies.flatMap((body) => (JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: ExportedSpan[] }[] }[] }).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)));
  }

  named(start: string): readonly ExportedSpan[] {
    return this.spans.filter(({ name }) => name.startsWith(start));
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

let identity: TestIdentityProvider;
let operator: string;
let collector: TestCollector;
let host: RunningHost | undefined;
let platform: InMemoryPlatform;
let logged: string[];

beforeEach(async () => {
  identity = await testIdentityProvider();
  operator = await identity.token({ scope: 'operator' });
  collector = new TestCollector();
  logged = [];
});
afterEach(async () => {
  await host?.close();
  host = undefined;
  collector.close();
  await identity.forget();
});

async function start(variables: Readonly<Record<string, string>> = {}): Promise<void> {
  platform = new InMemoryPlatform();
  const config = parseConfig(hostConfig, {
    HTTP_PORT: '0', HTTP_HOST: '127.0.0.1', CPM_JWKS_URL: identity.jwksUrl, LOG_LEVEL: 'debug', OTEL_EXPORTER_OTLP_ENDPOINT: await collector.listen(),
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=cpm', OTEL_BSP_SCHEDULE_DELAY: '20', LOG_ADDRESS_KEY: 'a key that tests share'.padEnd(32, '.'), ...variables,
  });
  host = await bootstrap([CountingModule, DeadLettersModule], config, { platform, logOutput: { write: (line) => void logged.push(line) } });
}

const call = (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) =>
  fetch(host!.url + path, { method, headers: { authorization: `Bearer ${operator}`, 'content-type': 'application/json', ...headers }, ...(body !== undefined && { body: JSON.stringify(body) }) });
const count = (commandId: string, headers = {}) => call('POST', `/counts/${encodeURIComponent(ANN)}`, { commandId }, headers);

async function until<Value>(probe: () => Value | Promise<Value>): Promise<NonNullable<Value>> {
  for (const deadline = Date.now() + 10_000; ;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${probe}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

it('traces a request to the decision that it asks for, and the lines of its log name the trace', async () => {
  await start();
  expect((await count('a')).status).toBe(201);
  const decision = await until(() => collector.named('decide counter Count')[0]);
  const request = await until(() => collector.named('POST /counts/:user')[0]);
  const [published] = collector.named('publish Count');
  expect([published?.parentSpanId, decision.parentSpanId]).toEqual([request.spanId, published?.spanId]);
  expect(new Set([request, published, decision].map((span) => span?.traceId)).size).toBe(1);
  const lines = logged.map((line) => JSON.parse(line) as { msg: string; traceId?: string; spanId?: string });
  expect(lines.find(({ msg }) => msg.startsWith('counting for tel:#'))).toMatchObject({ traceId: request.traceId, spanId: request.spanId });
  expect(lines.find(({ msg }) => msg === 'request')).toMatchObject({ traceId: request.traceId, spanId: request.spanId });
  expect(collector.headers[0]).toBe('cpm');
});

it('exports nothing of anybody: no number, no path, no words of an error', async () => {
  await start();
  await count('a');
  await call('GET', `/counts/${encodeURIComponent(ANN)}/fault`);
  await until(() => collector.named('GET /counts/:user/fault')[0] && collector.named('decide')[0]);
  expect(collector.bodies.join('')).not.toMatch(/4915110000001|a fault of/);
  const user = collector.named('decide')[0]?.attributes.find(({ key }) => key === 'cpm.user')?.value.stringValue;
  expect(user).toMatch(/^tel:#[\da-f]{12}$/);
  // The same tag as in the log.
  expect(logged.join('')).toContain(`counting for ${user}`);
});

it('links a trace that a caller names, and does not join it', async () => {
  await start({ OTEL_TRACES_SAMPLER_ARG: '1' });
  await count('a', { traceparent: FOREIGN });
  await count('b', { traceparent: 'nonsense' });
  const [request, other] = await until(() => (collector.named('POST').length === 2 ? collector.named('POST') : undefined));
  expect(request?.traceId).not.toBe('f'.repeat(32));
  expect([request?.parentSpanId ?? '', request?.links?.map(({ traceId }) => traceId), other?.links ?? []]).toEqual(['', ['f'.repeat(32)], []]);
});

it('records nothing where the share is 0, whatever a caller says', async () => {
  await start({ OTEL_TRACES_SAMPLER_ARG: '0' });
  await count('a', { traceparent: FOREIGN });
  const value = platform.log.records(inboxOf('routing'))[0]?.value ?? '';
  expect(value).toMatch(/"traceparent":"00-[\da-f]{32}-[\da-f]{16}-00"/);
  expect(value).not.toContain('f'.repeat(32));
  await host!.close();
  expect(collector.bodies).toEqual([]);
});

it('keeps the trace of a dead letter when it is replayed', async () => {
  await start();
  const bad = traced(encodeEnvelope('/routing/ingress', 'x', 'cpm.routing.Count.v1', '{"user":7}'), FOREIGN);
  await host!.app.get<IngressPublisher>(ingressOf('routing'), { strict: false }).append([{ topic: inboxOf('routing'), key: ANN, value: bad }]);
  await until(() => platform.log.records(deadLettersOf('routing')).length > 0);
  const { deadLetters } = (await (await call('GET', '/admin/v1/dead-letters')).json()) as { deadLetters: { id: string }[] };
  expect((await call('POST', `/admin/v1/dead-letters/${encodeURIComponent(deadLetters[0]!.id)}/replay`)).status).toBe(202);
  expect(platform.log.records(inboxOf('routing')).at(-1)?.value).toContain(`"traceparent":"${FOREIGN}"`);
});

it('works on while the collector refuses, counts what is lost, and says so once', async () => {
  collector.status = 400;
  await start({ OTEL_BSP_MAX_QUEUE_SIZE: '2', OTEL_BSP_SCHEDULE_DELAY: '60000' });
  for (const id of ['a', 'b', 'c', 'd']) expect((await count(id)).status).toBe(201);
  const spans = async () => (await (await fetch(`${host!.url}/metrics`)).text()).split('\n').filter((line) => line.startsWith('cpm_spans_'));
  await until(async () => (await spans()).some((line) => /outcome="failed"} [1-9]/.test(line)) && (await spans()).some((line) => /outcome="dropped"} [1-9]/.test(line)));
  expect((await spans()).find((line) => line.includes('exported'))).toMatch(/ 0$/);
  expect(logged.filter((line) => line.includes('the collector takes no spans'))).toHaveLength(1);
});

it('ends in time while the collector is silent, and sends the rest where it answers', async () => {
  await start({ OTEL_BSP_SCHEDULE_DELAY: '60000' });
  await count('a');
  await host!.close();
  expect(collector.named('decide counter')).toHaveLength(1);
  collector.close();
  collector = new TestCollector();
  await start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_BSP_SCHEDULE_DELAY: '60000' });
  await count('b');
  const began = performance.now();
  await host!.close();
  expect(performance.now() - began).toBeLessThan(10_000);
});
