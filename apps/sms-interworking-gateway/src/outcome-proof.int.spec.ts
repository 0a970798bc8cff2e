import { Logger } from '@nestjs/common';
import { requirement } from '@cpm/runtime-decider';
import { systemClock } from '@cpm/runtime-host';
import { InMemoryStore } from '@cpm/runtime-ports';
import { e164Address, SmppServer, STATUS, type ReceivedSubmit, type SubmitAnswer } from '@cpm/smpp';
import { Registry } from 'prom-client';
import { gatewayConfig } from './gateway-config.js';
import { GatewayMetrics } from './gateway-metrics.js';
import { SmscGateway } from './smsc-gateway.js';
import { InMemorySmsReferences } from './testing/in-memory-sms-references.js';
import { InMemoryUcnLinks } from './testing/in-memory-ucn-links.js';
import { RecordedIngress } from './testing/recorded-ingress.js';
import { untilWithin } from './testing/until.js';

const alice = 'tel:+4915110000001';
const bob = 'tel:+4915110000002';
const carol = 'tel:+4915110000003';

let answer: (submit: ReceivedSubmit) => SubmitAnswer | Promise<SubmitAnswer>;
let submitted: ReceivedSubmit[];
let server: SmppServer;
let url: string;
let ingress: RecordedIngress;
let references: InMemorySmsReferences;
let gateways: SmscGateway[];

beforeAll(() => Logger.overrideLogger(false));

const until = untilWithin(8_000);

/** One of several replicas that share their references and the log. */
async function startGateway(graceMs: number): Promise<SmscGateway> {
  const registry = new Registry();
  const config = gatewayConfig.parse({ SMPP_URL: url, SMS_UNKNOWN_GRACE_MS: String(graceMs) });
  const gateway = new SmscGateway({
    config, references, links: new InMemoryUcnLinks(), ingress, store: new InMemoryStore(), clock: systemClock, metrics: new GatewayMetrics(registry),
  });
  gateways.push(gateway);
  gateway.onApplicationBootstrap();
  // Once the gateway knows it: the server has the session a moment earlier.
  await until(async () => (await registry.getSingleMetricAsString('cpm_smpp_bound')).endsWith('} 1'));
  return gateway;
}

beforeEach(async () => {
  submitted = [];
  answer = () => ({ kind: 'accept', messageId: String(1_000 + submitted.length) });
  server = new SmppServer({ port: 0, authenticate: () => STATUS.ok, onSubmit: (submit) => answer(submit), host: '127.0.0.1' });
  url = `smpp://cpm:cpm@127.0.0.1:${(await server.listen()).port}`;
  ingress = new RecordedIngress();
  references = new InMemorySmsReferences();
  gateways = [];
});
afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.beforeApplicationShutdown()));
  await server.close();
});

const submission = (more: Record<string, unknown> = {}) =>
  ({ user: bob, smsId: `${bob}|m1`, attempt: 1, sender: alice, form: 'SMS', text: 'Hello', expiresAt: Date.now() + 60_000, beginBy: Date.now() + 45_000, mayRepeat: false, refusedBy: [], ...more });

/** Over the newest session, so that it reaches another replica where there is one. */
async function receipt(of: ReceivedSubmit | undefined, messageId: string, state = 'DELIVRD'): Promise<void> {
  await until(() => server.sessions().length > 0);
  expect(await server.sessions().at(-1)?.deliver({
    source: of?.destination ?? e164Address(bob.slice(4)), destination: e164Address(alice.slice(4)), esmClass: 0x04, dataCoding: 0,
    shortMessage: Buffer.from(`id:${messageId} stat:${state} err:000`), ...(of?.userMessageReference !== undefined && { userMessageReference: of.userMessageReference }),
  })).toBe(STATUS.ok);
}

/** The SMSC takes the text, and its response is lost with the connection. */
const loseResponse = (submit: ReceivedSubmit): SubmitAnswer => {
  submitted.push(submit);
  return { kind: 'disconnect' };
};

const outcomes = () => ingress.published.map(({ type, payload }) => [type, payload['retry'] ?? payload['segmentIds'] ?? payload['state']]);

requirement('CPM-MLD-028a', () => {
  it('counts as accepted when a receipt that comes later names its reference, though the response is lost', async () => {
    answer = loseResponse;
    const gateway = await startGateway(5_000);
    gateway.effects['submit-sms']?.([submission()]);
    await until(() => submitted.length === 1);
    await receipt(submitted[0], '4711');
    await until(() => ingress.published.length === 2);
    expect(outcomes()).toEqual([['SmscAccepted', ['4711']], ['SmscReceipt', 'DELIVERED']]);
    expect(ingress.of('SmscReceipt')).toMatchObject([{ user: bob, smsId: `${bob}|m1`, attempt: 1, segmentId: '4711' }]);
  });

  it('counts as accepted when the receipt was faster than the loss', async () => {
    answer = async (submit) => {
      await receipt(submit, '4711');
      return loseResponse(submit);
    };
    (await startGateway(5_000)).effects['submit-sms']?.([submission()]);
    await until(() => ingress.published.length === 2);
    expect(outcomes()).toEqual([['SmscAccepted', ['4711']], ['SmscReceipt', 'DELIVERED']]);
  });

  it('counts as accepted when the receipt reaches another replica', async () => {
    answer = loseResponse;
    const gateway = await startGateway(5_000);
    await startGateway(5_000);
    gateway.effects['submit-sms']?.([submission()]);
    await until(() => submitted.length === 1);
    await receipt(submitted[0], '4711');
    await until(() => ingress.published.length === 2);
    expect(outcomes()).toEqual([['SmscAccepted', ['4711']], ['SmscReceipt', 'DELIVERED']]);
  });

  it('goes on with the next segment once the lost one is proven', async () => {
    answer = async (submit) => {
      if (submitted.length > 0) return { kind: 'accept', messageId: String(submitted.push(submit)) };
      await receipt(submit, '4711', 'ENROUTE');
      return loseResponse(submit);
    };
    (await startGateway(5_000)).effects['submit-sms']?.([submission({ text: 'é'.repeat(200) })]);
    await until(() => ingress.of('SmscAccepted').length + ingress.of('SmscRefused').length === 1);
    // The link is still down when its turn comes, so that part of the text is out and the rest is not.
    expect(ingress.of('SmscRefused')).toMatchObject([{ retry: 'unknown', reason: expect.stringContaining('1 accepted segment') }]);
    expect(submitted).toHaveLength(1);
  });

  it('stays unknown when nothing proves it in time, and is proven by no receipt of another text', async () => {
    answer = loseResponse;
    const gateway = await startGateway(1_500);
    gateway.effects['submit-sms']?.([submission()]);
    await until(() => submitted.length === 1);
    await receipt({ ...submitted[0], destination: e164Address(carol.slice(4)) } as ReceivedSubmit, '1');
    await receipt({ ...submitted[0], userMessageReference: ((submitted[0]?.userMessageReference ?? 0) + 1) % 65_536 } as ReceivedSubmit, '2');
    await receipt(undefined, '3');
    await until(() => ingress.published.length === 1);
    expect(outcomes()).toEqual([['SmscRefused', 'unknown']]);
  });

  it('is told as unknown at once when its SMSC took no reference, for no receipt could prove it', async () => {
    answer = (submit) => (submit.userMessageReference === undefined ? loseResponse(submit) : { kind: 'refuse', status: 0xc0 });
    (await startGateway(60_000)).effects['submit-sms']?.([submission()]);
    await until(() => ingress.published.length === 1);
    expect(outcomes()).toEqual([['SmscRefused', 'unknown']]);
    expect(submitted).toHaveLength(1);
  });

  it('is told as unknown when the gateway stops before', async () => {
    answer = loseResponse;
    const gateway = await startGateway(60_000);
    gateway.effects['submit-sms']?.([submission()]);
    await until(() => submitted.length === 1);
    await gateway.beforeApplicationShutdown();
    expect(outcomes()).toEqual([['SmscRefused', 'unknown']]);
  });

  it('has another reference in another attempt, and for each segment', async () => {
    answer = (submit) => ({ kind: 'accept', messageId: String(submitted.push(submit)) });
    const gateway = await startGateway(0);
    gateway.effects['submit-sms']?.([submission({ text: 'é'.repeat(200) })]);
    await until(() => ingress.published.length === 1);
    gateway.effects['submit-sms']?.([submission({ text: 'é'.repeat(200), attempt: 2 })]);
    await until(() => ingress.published.length === 2);
    expect(new Set(submitted.map(({ userMessageReference }) => userMessageReference)).size).toBe(4);
  });

  it('is proven by no receipt of an earlier attempt', async () => {
    answer = loseResponse;
    const gateway = await startGateway(1_000);
    gateway.effects['submit-sms']?.([submission()]);
    await until(() => ingress.published.length === 1);
    await receipt(submitted[0], '4711', 'EXPIRED');
    gateway.effects['submit-sms']?.([submission({ attempt: 2 })]);
    await until(() => submitted.length === 2);
    await until(() => ingress.of('SmscRefused').length === 2);
    expect(ingress.of('SmscAccepted')).toEqual([]);
    expect(ingress.of('SmscReceipt').filter(({ attempt }) => attempt === 2)).toEqual([]);
  });
});

requirement('CPM-MLD-028a', () => {
  /** The text is told as unknown; its last submit_sm has no response. */
  async function givenUp(of: Record<string, unknown> = {}) {
    const gateway = await startGateway(0);
    gateway.effects['submit-sms']?.([submission(of)]);
    await until(() => ingress.of('SmscRefused').length === 1);
    expect(ingress.of('SmscRefused')).toMatchObject([{ retry: 'unknown' }]);
  }

  it('has arrived after all when the receipt comes after the wait for it, whatever came before', async () => {
    answer = loseResponse;
    await givenUp();
    await receipt(submitted[0], '4711', 'ENROUTE');
    await receipt(submitted[0], '4711');
    await receipt(submitted[0], '4711');
    const delivery = [['SmscAccepted', ['4711']], ['SmscReceipt', 'DELIVERED']];
    expect(outcomes()).toEqual([['SmscRefused', 'unknown'], ['SmscReceipt', 'ENROUTE'], ...delivery, ...delivery]);
    expect(ingress.of('SmscReceipt').at(-1)).toMatchObject({ user: bob, smsId: `${bob}|m1`, attempt: 1, segmentId: '4711' });
  });

  it('has arrived after all with its last segment, and the others are still named', async () => {
    answer = (submit) => (submitted.length === 0 ? { kind: 'accept', messageId: String(submitted.push(submit)) } : loseResponse(submit));
    await givenUp({ text: 'é'.repeat(200) });
    await receipt(submitted[1], '4711');
    expect(outcomes().slice(1)).toEqual([['SmscAccepted', ['1', '4711']], ['SmscReceipt', 'DELIVERED']]);
  });

  it('has not arrived with a segment that others should have followed', async () => {
    answer = loseResponse;
    await givenUp({ text: 'é'.repeat(200) });
    await receipt(submitted[0], '4711');
    expect(ingress.of('SmscAccepted')).toEqual([]);
    expect(references.waiting.size).toBe(1);
  });
});
