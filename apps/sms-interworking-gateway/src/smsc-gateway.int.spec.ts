import { Logger } from '@nestjs/common';
import { requirement } from '@cpm/runtime-decider';
import { systemClock } from '@cpm/runtime-host';
import { InMemoryStore } from '@cpm/runtime-ports';
import { alphanumericAddress, e164Address, SmppServer, STATUS, type ReceivedSubmit, type SubmitAnswer } from '@cpm/smpp';
import { decodeShortMessage } from '@cpm/sms-text';
import type { CpmAddress } from '@cpm/vocabulary';
import { Registry } from 'prom-client';
import { gatewayConfig } from './gateway-config.js';
import { GatewayMetrics } from './gateway-metrics.js';
import { SmscGateway } from './smsc-gateway.js';
import { InMemorySmsReferences } from './testing/in-memory-sms-references.js';
import { InMemoryUcnLinks } from './testing/in-memory-ucn-links.js';
import { RecordedIngress } from './testing/recorded-ingress.js';
import { untilWithin } from './testing/until.js';
import { linkToken } from './ucn-links.js';

const alice = 'tel:+4915110000001';
const bob = 'tel:+4915110000002';

let answer: (submit: ReceivedSubmit) => SubmitAnswer | Promise<SubmitAnswer>;
let submitted: ReceivedSubmit[];
let server: SmppServer;
let ingress: RecordedIngress;
let store: InMemoryStore;
let references: InMemorySmsReferences;
let links: InMemoryUcnLinks;
let registry: Registry;
let gateway: SmscGateway;

beforeAll(() => Logger.overrideLogger(false));

const until = untilWithin(5_000);

beforeEach(async () => {
  submitted = [];
  let ids = 1_000;
  answer = () => ({ kind: 'accept', messageId: String((ids += 1)) });
  server = new SmppServer({
    port: 0, authenticate: () => STATUS.ok,
    onSubmit: (submit) => {
      submitted.push(submit);
      return answer(submit);
    },
  });
  const { port } = await server.listen();
  ingress = new RecordedIngress();
  store = new InMemoryStore();
  references = new InMemorySmsReferences();
  links = new InMemoryUcnLinks();
  registry = new Registry();
  const config = gatewayConfig.parse({ SMPP_URL: `smpp://cpm:cpm@127.0.0.1:${port}`, SMS_UNKNOWN_GRACE_MS: '1000' });
  gateway = new SmscGateway({ config, references, links, ingress, store, clock: systemClock, metrics: new GatewayMetrics(registry) });
  gateway.onApplicationBootstrap();
  // Once the gateway knows it: the server has the session a moment earlier.
  await until(async () => (await registry.getSingleMetricAsString('cpm_smpp_bound')).endsWith('} 1'));
});
afterEach(async () => {
  await gateway.beforeApplicationShutdown();
  await server.close();
});

const submission = (text: string, more: Record<string, unknown> = {}) =>
  ({ user: bob, smsId: `${bob}|m1`, attempt: 1, sender: alice, form: 'SMS', text, expiresAt: Date.now() + 60_000, beginBy: Date.now() + 45_000, mayRepeat: false, ...more });
const submit = (input: unknown) => gateway.effects['submit-sms']?.([input]);
const receipt = (id: string, state = 'DELIVRD') =>
  server.sessions()[0]?.deliver({
    source: e164Address('+4915110000002'), destination: e164Address('+4915110000001'), esmClass: 0x04, dataCoding: 0,
    shortMessage: Buffer.from(`id:${id} sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:${state} err:000 text:`),
  });

requirement('CPM-MLD-033', () => {
  const ucn = (more: Record<string, unknown> = {}) => submission('An image waits: {url} (#K7F3AB)', { form: 'UCN', link: { messageId: 'm1', maxUses: 3 }, ...more });
  const token = linkToken('secret', { messageId: 'm1', user: bob as CpmAddress });
  const texts = () => submitted.map((one) => decodeShortMessage(one).text);

  it('puts the link into the notification, the same when it is submitted again', async () => {
    submit(ucn());
    submit(ucn({ attempt: 2, mayRepeat: true }));
    await until(() => ingress.of('SmscAccepted').length === 2);
    const text = `An image waits: https://m.example/u/${token} (#K7F3AB)`;
    expect(texts()).toEqual([text, text]);
    expect(links.links[0]).toMatchObject({ user: bob, messageId: 'm1', maxUses: 3 });
  });

  it('is kept before the SMS leaves: while it cannot be, nothing does', async () => {
    links.refusals = 1;
    submit(ucn());
    await until(() => ingress.of('SmscRefused').length === 1);
    expect(ingress.of('SmscRefused')).toMatchObject([{ retry: 'later', reason: 'the database is away' }]);
    expect(texts()).toEqual([]);
  });

  it('has a token that is in nothing the log hears', async () => {
    submit(ucn());
    await until(() => ingress.of('SmscAccepted').length === 1);
    expect(JSON.stringify(ingress.published)).not.toContain(token);
  });
});

describe('a text towards the SMSC', () => {
  it('goes from the sender\'s number with a receipt asked for, and its acceptance reaches the log', async () => {
    submit(submission('Hello'));
    await until(() => ingress.of('SmscAccepted').length === 1);
    expect(submitted).toMatchObject([{ source: { ton: 1, npi: 1, address: '4915110000001' }, destination: { address: '4915110000002' }, registeredDelivery: 1, dataCoding: 0 }]);
    expect(submitted[0]?.validityPeriod).toMatch(/^000000000[01]\d\d000R$/);
    expect(ingress.of('SmscAccepted')).toMatchObject([{ user: bob, smsId: `${bob}|m1`, attempt: 1, segmentIds: ['1001'] }]);
  });

  it('goes from the number it is to be sent from, whoever wrote it', async () => {
    submit(submission('Alice: Hello', { source: '4917604069000' }));
    await until(() => ingress.of('SmscAccepted').length === 1);
    expect(submitted).toMatchObject([{ source: { ton: 1, npi: 1, address: '4917604069000' }, destination: { address: '4915110000002' } }]);
  });

  it('sends what tells of several people from its own name', async () => {
    submit(submission('3 more images', { manySenders: true }));
    await until(() => submitted.length === 1);
    expect(submitted).toMatchObject([{ source: { ton: 5, address: 'CPM' }, destination: { address: '4915110000002' } }]);
  });

  it('goes in segments, in order, with one reference that is the same in another attempt', async () => {
    const text = 'é'.repeat(200);
    submit(submission(text));
    submit(submission(text, { attempt: 2 }));
    await until(() => ingress.of('SmscAccepted').length === 2);
    const parts = submitted.map((one) => decodeShortMessage(one));
    expect(new Set(parts.map(({ concat }) => concat?.reference)).size).toBe(1);
    expect(parts.map(({ concat }) => concat?.part).sort()).toEqual([1, 1, 2, 2]);
    expect(parts.filter(({ concat }) => concat?.part === 1)[0]?.text.length).toBe(153);
    expect(ingress.of('SmscAccepted')[0]?.['segmentIds']).toHaveLength(2);
  });

  it('goes in national tables where it may, which its parts name, and in as many parts as it takes where it may not any more', async () => {
    const text = 'ğş'.repeat(78);
    submit(submission(text, { nationalLanguages: ['tr'] }));
    await until(() => submitted.length === 2);
    submit(submission(text, { attempt: 2 }));
    await until(() => submitted.length === 5);
    expect(submitted.map(({ dataCoding, esmClass }) => [dataCoding, esmClass])).toEqual([[0, 0x40], [0, 0x40], [8, 0x40], [8, 0x40], [8, 0x40]]);
    const parts = submitted.map((one) => decodeShortMessage(one));
    expect([parts.slice(0, 2), parts.slice(2)].map((all) => all.map((part) => part.text).join(''))).toEqual([text, text]);
    // Parts of two cuts must not be joined with each other.
    expect(new Set(parts.map(({ concat }) => concat?.reference)).size).toBe(2);
  });

  it.each([
    [0x0b, 'never'], [0x14, 'later'], [0x08, 'later'],
  ])('refused with status %i is to be tried %s', async (status, retry) => {
    answer = () => ({ kind: 'refuse', status });
    submit(submission('Hello'));
    await until(() => ingress.of('SmscRefused').length === 1);
    expect(ingress.of('SmscRefused')).toMatchObject([{ smsId: `${bob}|m1`, attempt: 1, retry }]);
  });

  it('without an answer has an unknown outcome', async () => {
    answer = () => ({ kind: 'disconnect' });
    submit(submission('Hello'));
    await until(() => ingress.of('SmscRefused').length === 1);
    expect(ingress.of('SmscRefused')).toMatchObject([{ retry: 'unknown' }]);
  });

  it('of which one segment was accepted has an unknown outcome when the next is not', async () => {
    answer = () => (submitted.length === 1 ? { kind: 'accept', messageId: '1' } : { kind: 'refuse', status: 0x14 });
    submit(submission('é'.repeat(200)));
    await until(() => ingress.of('SmscRefused').length === 1);
    expect(ingress.of('SmscRefused')).toMatchObject([{ retry: 'unknown', reason: expect.stringContaining('1 accepted segment') }]);
  });

  it('while the SMSC is away is to be tried later, and nothing is lost while the log is away, too', async () => {
    await server.close();
    await until(async () => (await registry.getSingleMetricAsString('cpm_smpp_bound')).endsWith('} 0'));
    expect(await registry.getSingleMetricAsString('cpm_smpp_circuit_state')).toContain('cpm_smpp_circuit_state{smsc="smsc"} 2');
    ingress.refusals = 2;
    submit(submission('Hello'));
    await until(() => ingress.of('SmscRefused').length === 1);
    expect(ingress.of('SmscRefused')).toMatchObject([{ retry: 'later' }]);
  });

  it('that waited until nobody awaits it any more is not written', async () => {
    submit(submission('Hello', { beginBy: Date.now() - 1 }));
    await until(() => ingress.of('SmscRefused').length === 1);
    expect(ingress.of('SmscRefused')).toMatchObject([{ retry: 'later', reason: 'not written: overdue' }]);
    expect(submitted).toEqual([]);
  });

  it('that may be a duplicate is counted once it is accepted', async () => {
    submit(submission('Hello'));
    submit(submission('Hello', { attempt: 2, mayRepeat: true }));
    await until(() => ingress.of('SmscAccepted').length === 2);
    expect(await registry.getSingleMetricAsString('cpm_sms_possible_duplicates_total')).toContain('cpm_sms_possible_duplicates_total 1');
  });

  it('to a recipient without a number is never to be tried', async () => {
    submit(submission('Hello', { user: 'sip:bob@example.org' }));
    await until(() => ingress.of('SmscRefused').length === 1);
    expect(ingress.of('SmscRefused')).toMatchObject([{ retry: 'never', reason: 'the recipient has no telephone number' }]);
  });
});

describe('a receipt', () => {
  it('is told of the segment it is about', async () => {
    submit(submission('Hello'));
    await until(() => ingress.of('SmscAccepted').length === 1);
    expect(await receipt('1001')).toBe(STATUS.ok);
    expect(ingress.of('SmscReceipt')).toMatchObject([{ user: bob, smsId: `${bob}|m1`, attempt: 1, segmentId: '1001', state: 'DELIVERED' }]);
  });

  it('finds its segment when response and receipt write the id differently', async () => {
    answer = () => ({ kind: 'accept', messageId: '3b9aca01' });
    submit(submission('Hello'));
    await until(() => ingress.of('SmscAccepted').length === 1);
    await receipt('1000000001');
    expect(ingress.of('SmscReceipt')).toMatchObject([{ segmentId: '3b9aca01', state: 'DELIVERED' }]);
  });

  it('that comes before the response waits for it', async () => {
    answer = async () => {
      expect(await receipt('77')).toBe(STATUS.ok);
      return { kind: 'accept', messageId: '77' };
    };
    submit(submission('Hello'));
    await until(() => ingress.of('SmscReceipt').length === 1);
    expect(ingress.published.map(({ type }) => type)).toEqual(['SmscAccepted', 'SmscReceipt']);
    await until(() => references.waiting.size === 0);
  });

  it('is not acknowledged while the log cannot take it', async () => {
    submit(submission('Hello'));
    await until(() => ingress.of('SmscAccepted').length === 1);
    ingress.refusals = 1;
    expect(await receipt('1001')).toBe(STATUS.systemError);
    expect(await receipt('1001')).toBe(STATUS.ok);
    expect(ingress.of('SmscReceipt')).toHaveLength(1);
  });

  it('of a message nobody submitted is acknowledged and kept aside', async () => {
    expect(await receipt('4711')).toBe(STATUS.ok);
    expect(references.waiting.size).toBe(1);
    expect(ingress.published).toEqual([]);
  });
});

requirement('CPM-MLD-035', () => {
  it.each([
    ['available', { state: 'AVAILABLE' }], ['denied', { state: 'UNAVAILABLE', cause: 'barred' }], ['unavailable', { state: 'UNAVAILABLE', cause: 'unavailable' }],
  ] as const)('takes an alert that the handset is %s for evidence on CS', async (availability, meaning) => {
    server.sessions()[0]?.alert(e164Address('+4915110000002'), availability);
    await until(() => ingress.of('AccessObserved').length === 1);
    expect(ingress.of('AccessObserved')).toEqual([{ user: bob, access: 'CS', confidence: 'DELIVERABLE', source: 'smpp-alert', observedAt: expect.any(Number), ...meaning }]);
  });

  it('submits nothing that has expired meanwhile', async () => {
    submit(submission('Hello', { expiresAt: Date.now() }));
    await until(() => ingress.of('SmscRefused').length === 1);
    expect(ingress.of('SmscRefused')).toMatchObject([{ retry: 'never', reason: 'the message has expired' }]);
    expect(submitted).toEqual([]);
  });
});

describe('a short message of a handset', () => {
  const deliver = (message: Partial<Parameters<NonNullable<ReturnType<typeof server.sessions>[0]>['deliver']>[0]>) => server.sessions()[0]?.deliver({
    source: e164Address('+4915110000002'), destination: e164Address('+4917604069000'), esmClass: 0, dataCoding: 0, shortMessage: Buffer.from('Reply'), ...message,
  });

  it('is acknowledged once it is in the log of its sender', async () => {
    expect(await deliver({})).toBe(STATUS.ok);
    expect(ingress.published).toMatchObject([{ type: 'SmsReceived', payload: { user: bob, to: '4917604069000', text: 'Reply' } }]);
    expect(ingress.published[0]?.payload).not.toHaveProperty('part');
    expect(await registry.getSingleMetricAsString('cpm_sms_inbound_total')).toContain('cpm_sms_inbound_total{fate="logged"} 1');
  });

  it('is not acknowledged while the log cannot take it', async () => {
    ingress.refusals = 1;
    expect(await deliver({})).toBe(STATUS.systemError);
    expect(await deliver({})).toBe(STATUS.ok);
    expect(ingress.of('SmsReceived')).toMatchObject([{ text: 'Reply', mayRepeat: true }]);
  });

  it('says that it may come again when the bind was lost after its acknowledgement', async () => {
    expect(await deliver({})).toBe(STATUS.ok);
    server.sessions()[0]?.disconnect();
    await until(async () => (await registry.getSingleMetricAsString('cpm_smpp_bound')).endsWith('} 0'));
    await until(() => server.sessions().length === 1);
    expect(await deliver({})).toBe(STATUS.ok);
    expect(ingress.of('SmsReceived').map(({ mayRepeat }) => mayRepeat)).toEqual([undefined, true]);
  });

  it('says which part of a longer text it is', async () => {
    await deliver({ esmClass: 0x40, shortMessage: Buffer.from([5, 0, 3, 42, 3, 2, ...Buffer.from('middle')]) });
    expect(ingress.of('SmsReceived')).toMatchObject([{ text: 'middle', part: { reference: 42, total: 3, number: 2 } }]);
  });

  it('to a short code is in the log too, where its words are understood', async () => {
    expect(await deliver({ destination: { ton: 0, npi: 1, address: '12345' }, shortMessage: Buffer.from('STOP') })).toBe(STATUS.ok);
    expect(ingress.of('SmsReceived')).toMatchObject([{ user: bob, to: '12345', text: 'STOP' }]);
  });

  it.each([
    ['from a name', { source: alphanumericAddress('Bank') }, 'Bank'],
    ['to a name', { destination: alphanumericAddress('Bank') }, bob],
  ])('%s is put aside where an operator finds it', async (_, message, key) => {
    expect(await deliver(message)).toBe(STATUS.ok);
    expect(ingress.published).toEqual([]);
    expect([...store.rows('dead-letters').values()]).toMatchObject([{ service: 'sms-interworking-gateway', key, replayed: false }]);
  });
});
