import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
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

interface TracedLine {
  readonly traceId?: string;
  readonly spanId: string;
}

async function linesOf(folder: string): Promise<readonly TracedLine[]> {
  const files = await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')));
  return files.join('').split('\n').filter((line) => line.includes('"traceId"')).map((line) => JSON.parse(line) as TracedLine);
}

it('is one trace, from the submission to the report, across all services, and the log names it', async () => {
  const sent = await alice.phone.sdk.send({ to: [bob.person.address], body: 'Hello Bob', dispositionNotification: ['positive-delivery', 'interworking'] });
  await bob.devices[1]!.received(sent.id);
  await world.stage.network.firstTextTo(bob.person);
  await alice.phone.reported(sent.id, 'delivered');
  const traceOf = async () => {
    const spans = await spansAbout(sent.id, world.system.collectorUrl).catch(() => []);
    return [...Map.groupBy(spans, ({ traceId }) => traceId).values()].sort((a, b) => b.length - a.length)[0] ?? [];
  };
  // Processes hand their spans over by themselves: a child may be there before its parent.
  const faults = async () => {
    const [trace, lines] = [await traceOf(), await linesOf(world.system.logDir)];
    const known = new Set(trace.map(({ spanId }) => spanId));
    const traced = lines.filter(({ traceId }) => traceId === trace[0]?.traceId);
    return {
      missing: STEPS.filter((step) => !trace.some((span) => isStep(step, span))),
      roots: trace.filter(({ parentSpanId }) => parentSpanId === undefined || !known.has(parentSpanId)).map(({ service, name }) => `${service} ${name}`),
      errors: trace.filter(({ error }) => error !== undefined),
      isLogged: traced.length > 0,
      unknownInLog: traced.filter(({ spanId }) => !known.has(spanId)),
    };
  };
  const whole = { missing: [], roots: ['client-edge POST /cpm/v1/messages'], errors: [], isLogged: true, unknownInLog: [] };
  await until(async () => (isDeepStrictEqual(await faults(), whole) ? true : undefined), 60_000).catch(() => undefined);
  console.log(treeLines(await traceOf()).join('\n'));
  expect(await faults()).toEqual(whole);
}, 180_000);
