import { defineAggregate, defineEvent, defineService, inboxOf, on, perform, publish } from '@cpm/runtime-decider';
import { BatchProcessor, encodeEvent, IngressPublisher, TimerScanner, traced } from '@cpm/runtime-engine';
import { currentSpan, entering, InMemoryLog, InMemoryStore, spanContextOf, type OutgoingRecord } from '@cpm/runtime-ports';
import { DEFAULT_POLICY } from '@cpm/vocabulary';
import { z } from 'zod';
import { recordSpans } from './recorded-spans.fixture.js';

const ANN = 'tel:+4915110000001';
const INBOX = inboxOf('routing');
const NEXT = inboxOf('client-edge');
const schema = z.object({ user: z.string(), message: z.string() });
const Say = defineEvent({ type: 'Say', version: 1, owner: 'routing', listeners: ['routing'], summary: 'begins a message', key: ({ user }) => user, schema });
const Said = defineEvent({ type: 'Said', version: 1, owner: 'routing', listeners: ['client-edge', 'report-aggregation'], summary: 'it was said', key: ({ user }) => user, schema });

const word = defineAggregate<{ now: number } | 'end', { endsAt: number | null }, { endsAt: number | null }>({
  name: 'word',
  ownerOf: (id) => id.split('|')[0]!,
  messageOf: (id) => id.split('|')[1]!,
  isOfOneMessage: true,
  decider: {
    initial: { endsAt: null },
    decide: (command) => {
      if (command !== 'end' && command.now === FAULTY) throw new RangeError(`a fault of ${ANN}`);
      return [{ endsAt: command === 'end' ? null : command.now + 1_000 }];
    },
    evolve: (_state, event) => event,
  },
  react: (_event, _after, { id }) => {
    const [user, message] = id.split('|') as [string, string];
    return [publish(Said, { user, message }), perform('ring', message)];
  },
  timersOf: ({ endsAt }) => (endsAt === null ? {} : { end: endsAt }),
  whenDue: () => 'end' as const,
});
const service = defineService('routing', [on(Say, { aggregate: word, idOf: ({ user, message }) => `${user}|${message}`, command: (_payload, { now }) => ({ now }) })]);

/** The time of a decision that fails. */
const FAULTY = 666;

const traceId = (digit: string) => digit.repeat(32);
const parent = (digit: string, sampled = true) => `00-${traceId(digit)}-${'b'.repeat(16)}-0${Number(sampled)}`;

function bench() {
  let now = 1_000;
  let failing = false;
  const log = new InMemoryLog(() => now, 1);
  const store = new InMemoryStore();
  const rung: [message: unknown, trace: string | undefined][] = [];
  const publisher = {
    publish: async (records: readonly OutgoingRecord[]) => {
      if (failing) throw new Error('crash');
      await log.publish(records);
    },
  };
  const start = () => new BatchProcessor(service, { store, publisher, policy: () => DEFAULT_POLICY, effects: { ring: (inputs) => inputs.forEach((input) => rung.push([input, currentSpan()?.traceId])) } });
  let { generation } = log.join(INBOX);
  let processor = start();
  return {
    log, store, rung,
    set now(value: number) { now = value; },
    set failing(value: boolean) { failing = value; },
    say: (message: string, traceparent?: string) => log.publish([{ topic: INBOX, key: ANN, value: traced(encodeEvent('/client-edge/ingress', 'x', Say, { user: ANN, message }), traceparent) }]),
    run: () => processor.process(log.fetch(INBOX, new Map(), 1_000), log.session(INBOX, generation)),
    restart: () => { ({ generation } = log.join(INBOX)); processor = start(); },
    scan: () => new TimerScanner(service, store, log).scan([0], now),
    heard: () => log.records(NEXT).map(({ value }) => spanContextOf((JSON.parse(value) as { traceparent?: string }).traceparent)),
  };
}

let recorded: ReturnType<typeof recordSpans>;
beforeEach(() => { recorded = recordSpans(); });
afterEach(() => recorded.stop());

it('decides a record as a part of its trace, and what comes of it goes on there, to every listener', async () => {
  const { say, run, heard, log, rung } = bench();
  await say('m1', parent('a'));
  await run();
  const [decision] = recorded.named('decide word Say');
  expect(decision).toMatchObject({ parentSpanContext: { traceId: traceId('a'), spanId: 'b'.repeat(16) }, attributes: { 'cpm.service': 'routing', 'cpm.message.id': 'm1', 'cpm.decided': true } });
  expect(heard()).toMatchObject([{ traceId: traceId('a'), spanId: decision?.spanContext().spanId, traceFlags: 1 }]);
  expect(log.records(inboxOf('report-aggregation'))[0]?.value).toContain(decision?.spanContext().spanId);
  expect(rung).toEqual([['m1', traceId('a')]]);
});

it.each([undefined, 'nonsense', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`])('decides a record whose traceparent is %j as before, and in no trace', async (traceparent) => {
  const { say, run, log, rung } = bench();
  await say('m1', traceparent);
  await run();
  expect(log.records(NEXT).map(({ value }) => value)).toEqual([encodeEvent('/routing/1/0', '0.0', Said, { user: ANN, message: 'm1' })]);
  expect(rung).toEqual([['m1', undefined]]);
  expect(recorded.spans()).toEqual([]);
});

it('carries on a trace that is not recorded, and records nothing of it', async () => {
  const { say, run, heard } = bench();
  await say('m1', parent('a', false));
  await run();
  expect(heard()).toMatchObject([{ traceId: traceId('a'), traceFlags: 0 }]);
  expect(recorded.spans()).toEqual([]);
});

it('passes a trace on unchanged where tracing is off', async () => {
  recorded.stop();
  const { say, run, heard } = bench();
  await say('m1', parent('a'));
  await run();
  expect(heard()).toMatchObject([{ traceId: traceId('a'), spanId: 'b'.repeat(16), traceFlags: 1 }]);
});

it('keeps the trace with an output that did not reach the log before a crash', async () => {
  const stage = bench();
  await stage.say('m1', parent('a'));
  stage.failing = true;
  await expect(stage.run()).rejects.toThrow('crash');
  const [decision] = recorded.named('decide');
  expect(recorded.named('process')[0]).toMatchObject({ status: { code: 2, message: 'Error' } });
  stage.failing = false;
  stage.restart();
  await stage.run();
  expect(stage.heard()).toMatchObject([{ traceId: traceId('a'), spanId: decision?.spanContext().spanId }]);
  expect(recorded.named('decide').map(({ attributes }) => attributes['cpm.decided'])).toEqual([true, false]);
});

it('goes on in the trace of a message with its timer', async () => {
  const stage = bench();
  await stage.say('m1', parent('a'));
  await stage.run();
  stage.now = 5_000;
  expect(await stage.scan()).toBe(1);
  await stage.run();
  const [begun] = recorded.named('decide word Say');
  expect(recorded.named('decide word timer end')[0]).toMatchObject({ parentSpanContext: { traceId: traceId('a'), spanId: begun?.spanContext().spanId } });
  expect(stage.heard().map((context) => context?.traceId)).toEqual([traceId('a'), traceId('a')]);
});

it('decides what another trace says of a message in the trace of the message, linked to the other', async () => {
  const stage = bench();
  await stage.say('m1', parent('a'));
  await stage.run();
  await stage.say('m1', parent('c'));
  await stage.say('m1');
  await stage.run();
  expect(recorded.named('decide').map((span) => span.spanContext().traceId)).toEqual([traceId('a'), traceId('a'), traceId('a')]);
  expect(recorded.named('decide')[1]?.links.map(({ context }) => context.traceId)).toContain(traceId('c'));
});

it('makes one span for a batch, linked to the traces in it, and a bounded number for its decisions', async () => {
  const stage = bench();
  const ids = Array.from({ length: 300 }, (_, index) => index.toString(16).padStart(32, 'f'));
  for (const [index, id] of ids.entries()) await stage.say(`m${index}`, `00-${id}-${'b'.repeat(16)}-01`);
  await stage.run();
  expect(recorded.named('process')).toHaveLength(1);
  expect(recorded.named('process')[0]).toMatchObject({ attributes: { 'messaging.batch.message_count': 300 }, parentSpanContext: { traceId: ids[0] } });
  expect(recorded.named('process')[0]?.links).toHaveLength(32);
  expect(recorded.named('decide')).toHaveLength(256);
  expect(stage.heard().map((context) => context?.traceId)).toEqual(ids);
});

it('begins at the entrance: what is published in a request goes on in its trace', async () => {
  const { log, run, heard } = bench();
  const ingress = new IngressPublisher('routing', log, () => 'id');
  await entering('POST /words', { kind: 'SERVER' }, () => ingress.publish(Say, { user: ANN, message: 'm1' }));
  await ingress.publish(Say, { user: ANN, message: 'm2' });
  await run();
  const [request] = recorded.named('POST');
  expect(recorded.named('publish Say')).toMatchObject([{ parentSpanContext: { spanId: request?.spanContext().spanId } }]);
  expect(heard().map((context) => context?.traceId)).toEqual([request?.spanContext().traceId, undefined]);
});

it('tells of a decision that fails by the name of its error only, and puts the record aside with its trace', async () => {
  const stage = bench();
  stage.now = FAULTY;
  await stage.say('m1', parent('a'));
  await stage.run();
  expect(recorded.named('decide')[0]).toMatchObject({ status: { code: 2, message: 'RangeError' }, attributes: { 'error.type': 'RangeError' }, events: [] });
  expect([...stage.store.rows('dead-letters').values()][0]?.['value']).toContain(traceId('a'));
});
