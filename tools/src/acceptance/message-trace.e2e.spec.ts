import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spansAbout } from '../cli/message-trace.js';
import type { KeptSpan } from '../spans/otlp-json.js';
import { treeLines } from '../spans/span-tree.js';
import { Acceptance, until, type Household } from './acceptance.fixture.js';

let world: Acceptance;
let alice: Household;
let bob: Household;

beforeAll(async () => {
  world = await Acceptance.start({}, { LOG_LEVEL: 'debug' }, { traces: true, processes: true });
  alice = await world.household('Alice');
  bob = await world.household('Bob', { tablet: {} });
  await world.smsOnly(bob);
}, 400_000);
afterAll(() => world.stop(), 60_000);

/** What must be there of a message to a tablet on IP and a phone on SMS: whose, and what. */
const STEPS = [
  ['client-edge', 'POST /cpm/v1/messages'], ['client-edge', 'publish OfferMessage'], ['routing', 'decide delivery OfferMessage'],
  ['client-edge', 'push message.received'], ['sms-interworking-gateway', 'decide sms '], ['sms-interworking-gateway', 'submit_sm'], ['sms-interworking-gateway', 'decide sms SmscReceipt'],
  ['report-aggregation', 'decide ledger '], ['message-store-sync', 'decide box DepositObject'], ['client-edge', 'decide downlink '], ['client-edge', 'push disposition'],
  ['routing', 'process cpm.routing.inbox'], ['routing', 'write routing.delivery'], ['client-edge', 'send to Kafka'],
] as const;

const isStep = ([service, name]: readonly [string, string], span: KeptSpan) => span.service === service && span.name.startsWith(name);

it('is one trace, from the submission to the report, across all services, and the log names it', async () => {
  const sent = await alice.phone.sdk.send({ to: [bob.person.address], body: 'Hello Bob', dispositionNotification: ['positive-delivery', 'interworking'] });
  await bob.devices[1]!.received(sent.id);
  await world.stage.network.firstTextTo(bob.person);
  await alice.phone.reported(sent.id, 'delivered');
  const traceOf = async () => {
    const spans = await spansAbout(sent.id, world.system.collectorUrl).catch(() => []);
    return [...Map.groupBy(spans, ({ traceId }) => traceId).values()].sort((a, b) => b.length - a.length)[0] ?? [];
  };
  const missing = async () => {
    const spans = await traceOf();
    return STEPS.filter((step) => !spans.some((span) => isStep(step, span)));
  };
  await until(async () => ((await missing()).length === 0 ? true : undefined), 60_000).catch(() => undefined);
  const trace = await traceOf();
  console.log(treeLines(trace).join('\n'));
  expect(await missing()).toEqual([]);
  const known = new Set(trace.map(({ spanId }) => spanId));
  const roots = trace.filter(({ parentSpanId }) => parentSpanId === undefined || !known.has(parentSpanId));
  expect(roots.map(({ service, name }) => [service, name])).toEqual([['client-edge', 'POST /cpm/v1/messages']]);
  expect(trace.filter(({ error }) => error !== undefined)).toEqual([]);
  const [traceId] = trace.map((span) => span.traceId);
  const { logDir } = world.system;
  const lines = (await Promise.all((await readdir(logDir)).map((file) => readFile(join(logDir, file), 'utf8')))).join('').split('\n');
  const traced = lines.filter((line) => line.includes(String(traceId))).map((line) => JSON.parse(line) as { traceId: string; spanId: string });
  expect(traced.length).toBeGreaterThan(0);
  for (const line of traced) expect([line.traceId, known.has(line.spanId)]).toEqual([traceId, true]);
}, 180_000);
