import { commandLine } from '../cli/commands.js';
import { startCollector, type Collector } from './collector.js';
import { SpanStore } from './span-store.js';
import { treeLines } from './span-tree.js';

const TRACE = 'A'.repeat(32);
const span = (id: string, name: string, { parent, from = 0, ms = 1, ...more }: { parent?: string; from?: number; ms?: number } & Record<string, unknown> = {}) => ({
  traceId: TRACE, spanId: id.repeat(16), ...(parent && { parentSpanId: parent.repeat(16) }), name, kind: 1,
  startTimeUnixNano: String(1_700_000_000_000_000_000n + BigInt(from * 1e6)), endTimeUnixNano: String(1_700_000_000_000_000_000n + BigInt((from + ms) * 1e6)), ...more,
});
const exported = (...spans: unknown[]) => ({ resourceSpans: [{ resource: { attributes: [{ key: 'service.name', value: { stringValue: 'routing' } }] }, scopeSpans: [{ scope: { name: 'cpm' }, spans }] }] });
const about = { attributes: [{ key: 'cpm.message.id', value: { stringValue: 'm1' } }, { key: 'cpm.service', value: { stringValue: 'report-aggregation' } }, { key: 'messaging.kafka.offset', value: { intValue: 7 } }] };

let collector: Collector;
beforeEach(async () => { collector = await startCollector(); });
afterEach(() => collector.close());

const post = async (body: string, type = 'application/json', path = '/v1/traces') => {
  const answer = await fetch(collector.url + path, { method: 'POST', headers: { 'content-type': type }, body });
  return { status: answer.status, body: (await answer.json()) as { message?: string } };
};

it('prints the spans of a message as a tree: when, how long, whose, under what', async () => {
  const late = span('2', 'decide ledger RecordEvidence', { parent: '1', from: 5, ms: 2.5, ...about, status: { code: 2, message: 'RangeError' }, links: [{ traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) }] });
  expect((await post(JSON.stringify(exported(late, span('3', 'orphan', { parent: '9', from: 20 }))))).status).toBe(200);
  await post(JSON.stringify(exported(span('1', 'POST /cpm/v1/messages', { ms: 12 }))));
  const printed: string[] = [];
  await commandLine((text) => printed.push(text)).parseAsync(['node', 'cpm', 'trace', 'm1', '--collector', collector.url]);
  expect(printed.join('\n').split('\n')).toEqual([
    `trace ${'a'.repeat(32)}, 3 spans, linked to ${'c'.repeat(32)}`,
    ' +0.0 ms      12.0 ms  routing             POST /cpm/v1/messages',
    ' +5.0 ms       2.5 ms  report-aggregation    decide ledger RecordEvidence  failed: RangeError',
    '+20.0 ms       1.0 ms  routing             orphan',
  ]);
});

it('says of a message that it knows nothing of it, and of a collector that it does not answer', async () => {
  const ask = (id: string, url: string) => commandLine(() => undefined).parseAsync(['node', 'cpm', 'trace', id, '--collector', url]);
  await expect(ask('m1', collector.url)).rejects.toThrow('no trace of that message is kept');
  await expect(ask('m1', 'http://127.0.0.1:9')).rejects.toThrow('no collector answers at http://127.0.0.1:9');
});

it.each([
  ['{', 'application/json', 400, 'the body is not JSON'],
  [JSON.stringify(exported({ name: 'x' })), 'application/json', 400, 'resourceSpans.0.scopeSpans.0.spans.0.traceId'],
  [JSON.stringify(exported(span('1', 'x', { traceId: 'zz' }))), 'application/json', 400, 'spans.0.traceId'],
  ['x', 'application/x-protobuf', 415, 'content-type'],
  [' '.repeat(17 * 2 ** 20), 'application/json', 413, 'at most'],
])('refuses %.20s as %s', async (body, type, status, message) => {
  const answer = await post(body, type);
  expect(answer.status).toBe(status);
  expect(answer.body.message).toContain(message);
});

it('keeps the traces that were added to last', () => {
  const store = new SpanStore(2);
  const kept = (traceId: string, message: string) => ({ traceId, spanId: traceId, service: 's', name: 'n', start: '1', end: '2', message, linked: [] });
  for (const [trace, message] of [['a', 'm1'], ['b', 'm2'], ['a', 'm1'], ['c', 'm3']] as const) store.add([kept(trace, message)]);
  expect(['m1', 'm2', 'm3'].map((message) => store.about(message).length)).toEqual([2, 0, 1]);
  expect(treeLines([])).toEqual([]);
});
