import { Logger } from '@nestjs/common';
import { ALICE, BOB, closeAll, gatewayWith, text, TestSmsc, until } from './testing/several-smscs.fixture.js';

beforeAll(() => Logger.overrideLogger(false));
afterEach(closeAll);

const refusing = (status: number) => () => ({ kind: 'refuse' as const, status });

async function pair(first: Record<string, unknown> = {}, second: Record<string, unknown> = {}) {
  const [north, south] = await Promise.all([new TestSmsc('north').up(), new TestSmsc('south').up()]);
  const gateway = await gatewayWith([north.settings(first), south.settings(second)], () => north.binds > 0 && south.binds > 0);
  await until(async () => (await gateway.metric('cpm_smpp_bound', '{smsc="north",bind="1"}')) === 1 && (await gateway.metric('cpm_smpp_bound', '{smsc="south",bind="1"}')) === 1);
  return { north, south, ...gateway };
}

describe('of two SMSCs', () => {
  const backup = { routes: [{ prefix: '', priority: 2 }] };

  it('each gets what the prefix of the number says, and the log hears which', async () => {
    const { north, south, ingress, submit, metric } = await pair({ routes: [{ prefix: '49' }] }, { routes: [{ prefix: '491512' }] });
    submit(text());
    submit(text({ user: 'tel:+4915120000002' }));
    submit(text({ user: 'tel:+33612000001' }));
    await until(() => ingress.published.length === 3);
    expect([north.submitted.length, south.submitted.length]).toEqual([1, 1]);
    expect(ingress.of('SmscAccepted').map(({ user, smsc, segmentIds }) => [user, smsc, segmentIds])).toEqual(
      expect.arrayContaining([[BOB, 'north', ['north-1']], ['tel:+4915120000002', 'south', ['south-1']]]));
    expect(ingress.of('SmscRefused')).toMatchObject([{ user: 'tel:+33612000001', retry: 'later', reason: 'no SMSC has a route to the number' }]);
    expect(await metric('cpm_sms_submissions_total', '{outcome="later"}')).toBe(1);
  });

  it('each gets its weight', async () => {
    const { north, south, ingress, submit } = await pair({ weight: 3 }, { weight: 1 });
    for (let sent = 1; sent <= 20; sent += 1) {
      submit(text());
      await until(() => ingress.of('SmscAccepted').length === sent);
    }
    expect([north.submitted.length, south.submitted.length]).toEqual([15, 5]);
  });

  it('the second gets what the first is not there for, until the first is back', async () => {
    const { north, south, ingress, submit, metric } = await pair({}, backup);
    await north.down();
    await until(async () => (await metric('cpm_smpp_circuit_state', '{smsc="north"}')) === 2);
    for (let sent = 0; sent < 50; sent += 1) submit(text());
    await until(() => ingress.of('SmscAccepted').length === 50);
    expect(south.submitted).toHaveLength(50);
    await north.up();
    await until(async () => (await metric('cpm_smpp_circuit_state', '{smsc="north"}')) === 0);
    submit(text());
    await until(() => ingress.of('SmscAccepted').length === 51);
    expect(north.submitted).toHaveLength(1);
  });

  it('the second gets nothing of what the first has and did not answer', async () => {
    const { north, south, ingress, submit } = await pair({ window: 5 }, backup);
    north.answer = () => ({ kind: 'silent' });
    for (let sent = 0; sent < 12; sent += 1) submit(text());
    await until(() => north.submitted.length === 5);
    await north.down();
    await until(() => ingress.published.length === 12);
    expect(ingress.of('SmscRefused').map(({ retry }) => retry)).toEqual(Array.from({ length: 5 }, () => 'unknown'));
    expect([ingress.of('SmscAccepted').length, south.submitted.length]).toEqual([7, 7]);
  });

  it('the second gets what the first refuses as often as it may, and not before', async () => {
    const { north, south, ingress, submit } = await pair({ statusOverrides: { '0x08': { class: 'retry-later', waitSec: 7, attempts: 2 } } }, backup);
    north.answer = refusing(0x08);
    const sms = text();
    submit(sms);
    await until(() => ingress.of('SmscRefused').length === 1);
    expect(ingress.of('SmscRefused')).toMatchObject([{ retry: 'later', retryAfterMs: 7_000, refused: [{ smsc: 'north', status: 0x08 }] }]);
    submit({ ...sms, attempt: 2, refusedBy: [{ smsc: 'north', status: 0x08, times: 1 }] });
    await until(() => ingress.of('SmscAccepted').length === 1);
    expect([north.submitted.length, south.submitted.length]).toEqual([2, 1]);
    submit({ ...sms, attempt: 3, refusedBy: [{ smsc: 'north', status: 0x08, times: 2 }] });
    await until(() => ingress.of('SmscAccepted').length === 2);
    expect(north.submitted).toHaveLength(2);
  });

  it('neither gets what both refuse as often as they may', async () => {
    const { north, south, ingress, submit } = await pair({ statusOverrides: { 11: { class: 'elsewhere' } } }, { ...backup, statusOverrides: { 11: { class: 'elsewhere' } } });
    north.answer = south.answer = refusing(0x0b);
    submit(text());
    await until(() => ingress.of('SmscRefused').length === 1);
    expect(ingress.of('SmscRefused')).toMatchObject([{ retry: 'never', refused: [{ smsc: 'north', status: 11 }, { smsc: 'south', status: 11 }] }]);
  });

  it('the second gets nothing of a text of which the first has a part', async () => {
    const { north, south, ingress, submit } = await pair({}, backup);
    north.answer = (_, at) => (at === 1 ? { kind: 'accept', messageId: '1' } : { kind: 'refuse', status: 0x08 });
    submit(text({ text: 'é'.repeat(200) }));
    await until(() => ingress.of('SmscRefused').length === 1);
    expect(ingress.of('SmscRefused')).toMatchObject([{ retry: 'unknown' }]);
    expect(south.submitted).toEqual([]);
  });

  it('the breaker of the one that fails opens, one probe brings it back, and the other serves meanwhile', async () => {
    const { north, south, ingress, submit, metric } = await pair({ window: 10 }, backup);
    north.answer = refusing(0x08);
    for (let sent = 0; sent < 40; sent += 1) submit(text());
    await until(() => ingress.published.length === 40);
    await until(async () => (await metric('cpm_smpp_circuit_state', '{smsc="north"}')) === 2);
    const beforeOpen = north.submitted.length;
    submit(text());
    await until(() => south.submitted.length > 0 && ingress.published.length === 41);
    expect(north.submitted.length).toBe(beforeOpen);
    expect(await metric('cpm_smpp_circuit_events_total', '{smsc="north",event="open"}')).toBe(1);
    north.answer = () => ({ kind: 'accept', messageId: 'back' });
    await until(async () => (await metric('cpm_smpp_circuit_state', '{smsc="north"}')) === 1);
    submit(text());
    await until(() => north.submitted.length === beforeOpen + 1);
    await until(async () => (await metric('cpm_smpp_circuit_state', '{smsc="north"}')) === 0);
  });
});

describe('an SMSC that is bound and answers no submission', () => {
  it('loses one window, the texts behind go to the second one, and a probe that it answers brings it back', async () => {
    const { north, south, ingress, submit, metric } = await pair({ window: 5, responseTimeoutSec: 0.3 }, { routes: [{ prefix: '', priority: 2 }] });
    north.answer = () => ({ kind: 'silent' });
    for (let sent = 0; sent < 40; sent += 1) submit(text());
    await until(() => ingress.published.length === 40);
    expect(north.submitted.length).toBeLessThanOrEqual(10);
    expect(ingress.of('SmscRefused').map(({ retry }) => retry)).toEqual(north.submitted.map(() => 'unknown'));
    expect(ingress.of('SmscAccepted')).toHaveLength(south.submitted.length);
    expect(await metric('cpm_smpp_bound', '{smsc="north",bind="1"}')).toBe(1);
    north.answer = (_, at) => ({ kind: 'accept', messageId: `back-${at}` });
    const before = ingress.of('SmscAccepted').length;
    await until(async () => (await metric('cpm_smpp_circuit_state', '{smsc="north"}')) === 1);
    submit(text());
    await until(async () => (await metric('cpm_smpp_circuit_state', '{smsc="north"}')) === 0);
    expect(ingress.of('SmscAccepted').slice(before)).toMatchObject([{ smsc: 'north' }]);
  });
});

describe('one more try', () => {
  it('goes from the default sender where the SMSC does not know the sender, if that is allowed', async () => {
    const { north, ingress, submit, cancel } = await pair({ senderFallback: true, senderName: 'Operator', routes: [{ prefix: '49' }] });
    north.answer = ({ source }) => (source.ton === 1 ? { kind: 'refuse', status: 0x0a } : { kind: 'accept', messageId: '1' });
    submit(text());
    await until(() => ingress.of('SmscAccepted').length === 1);
    expect(north.submitted.map(({ source }) => source.address)).toEqual(['4915110000001', 'Operator']);
    const [{ source: from } = {}] = ingress.of('SmscAccepted');
    cancel({ user: BOB, smsId: `${BOB}|m1`, attempt: 1, sender: ALICE, from, smsc: 'north', segmentIds: ['1'] });
    await until(() => north.cancelled.length === 1);
    expect(north.cancelled).toMatchObject([{ source: { ton: 5, npi: 0, address: 'Operator' } }]);
  });

  it('is not made where it is not allowed', async () => {
    const { north, ingress, submit } = await pair({ routes: [{ prefix: '49' }] });
    north.answer = refusing(0x0a);
    submit(text());
    await until(() => ingress.of('SmscRefused').length === 1);
    expect([ingress.of('SmscRefused')[0]?.['retry'], north.submitted.length]).toEqual(['never', 1]);
  });
});

describe('a text that is taken back', () => {
  const cancellation = (smsc: string) => ({ user: BOB, smsId: `${BOB}|m1`, attempt: 1, sender: ALICE, smsc, segmentIds: ['north-1', 'north-2'] });

  it('is asked for at the SMSC that has it, part by part, under its sender', async () => {
    const { north, south, ingress, cancel, metric } = await pair();
    cancel(cancellation('north'));
    await until(() => ingress.of('SmscCancelled').length === 1);
    expect(ingress.of('SmscCancelled')).toMatchObject([{ smsId: `${BOB}|m1`, attempt: 1, outcome: 'cancelled' }]);
    expect(north.cancelled).toMatchObject([{ messageId: 'north-1', source: { ton: 1, address: '4915110000001' } }, { messageId: 'north-2' }]);
    expect(south.cancelled).toEqual([]);
    expect(await metric('cpm_sms_cancellations_total', '{outcome="cancelled"}')).toBe(1);
  });

  it.each([
    ['the SMSC does not drop', 'north', { cancelStatus: 0x11 }, {}, 1], ['the SMSC is not asked for', 'north', {}, { cancel: false }, 0], ['an SMSC had that is gone', 'west', {}, {}, 0],
  ])('that %s stays where it is', async (_, smsc, behaviour, settings, asked) => {
    const { north, ingress, cancel } = await pair(settings);
    Object.assign(north, behaviour);
    cancel(cancellation(smsc));
    await until(() => ingress.of('SmscCancelled').length === 1);
    expect(ingress.of('SmscCancelled')).toMatchObject([{ outcome: 'refused' }]);
    expect(north.cancelled).toHaveLength(asked);
  });
});

it('10,000 texts while every SMSC is away are refused until later at once, and none is kept', async () => {
  const { north, south, ingress, submit, metric } = await pair();
  await Promise.all([north.down(), south.down()]);
  await until(async () => (await metric('cpm_smpp_circuit_state', '{smsc="north"}')) === 2 && (await metric('cpm_smpp_circuit_state', '{smsc="south"}')) === 2);
  for (let sent = 0; sent < 10_000; sent += 1) submit(text());
  await until(() => ingress.of('SmscRefused').length === 10_000);
  expect(new Set(ingress.of('SmscRefused').map(({ retry, reason }) => `${String(retry)}: ${String(reason)}`))).toEqual(new Set(['later: no SMSC is available']));
  expect(await metric('cpm_smpp_waiting', '{smsc="north"}')).toBe(0);
});

it('a stop under load answers for every text: what was written is awaited, the rest is refused until later, and nothing comes twice', async () => {
  const { north, south, ingress, submit, close } = await pair();
  const slowly = async (id: string) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return { kind: 'accept' as const, messageId: id };
  };
  north.answer = (_, at) => slowly(`n${at}`);
  south.answer = (_, at) => slowly(`s${at}`);
  const numbers = Array.from({ length: 300 }, (_, at) => `tel:+49151100${String(at).padStart(5, '0')}`);
  for (const user of numbers) submit(text({ user }));
  await until(() => north.submitted.length > 20);
  await close();
  const [accepted, refused] = [ingress.of('SmscAccepted'), ingress.of('SmscRefused')];
  expect(accepted.length + refused.length).toBe(300);
  expect(new Set(refused.map(({ retry }) => retry))).toEqual(new Set(['later']));
  const written = [...north.submitted, ...south.submitted].map(({ destination }) => `tel:+${destination.address}`);
  expect(written.sort()).toEqual(accepted.map(({ user }) => String(user)).sort());
  expect([north.binds, south.binds]).toEqual([0, 0]);
});

it('a stop under load finishes every text that was begun, and begins no other', async () => {
  const { north, ingress, submit, close } = await pair({ window: 4 }, { routes: [{ prefix: '1' }] });
  north.answer = async (_, at) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return { kind: 'accept', messageId: `n${at}` };
  };
  for (let at = 0; at < 40; at += 1) submit(text({ user: `tel:+49151100${String(at).padStart(5, '0')}`, text: 'é'.repeat(400) }));
  await until(() => north.submitted.length > 5);
  await close();
  const accepted = ingress.of('SmscAccepted');
  expect(accepted.length).toBeGreaterThan(0);
  expect(ingress.of('SmscRefused').map(({ retry }) => retry)).toEqual(Array.from({ length: 40 - accepted.length }, () => 'later'));
  expect(north.submitted).toHaveLength(3 * accepted.length);
});

it('thousands of texts that are taken back do not hold up a stop, and each is answered for', async () => {
  const { north, ingress, cancel, close } = await pair({ window: 5, ratePerSec: 50 });
  for (let at = 0; at < 2_000; at += 1) cancel({ user: BOB, smsId: `${BOB}|m${at}`, attempt: 1, sender: ALICE, smsc: 'north', segmentIds: [`north-${at}`] });
  await until(() => north.cancelled.length > 0);
  const before = Date.now();
  await close();
  expect(Date.now() - before).toBeLessThan(5_000);
  expect(ingress.of('SmscCancelled')).toHaveLength(2_000);
  expect(ingress.of('SmscCancelled').filter(({ outcome }) => outcome === 'cancelled')).toHaveLength(north.cancelled.length);
  expect(north.cancelled.length).toBeLessThan(100);
});
