import { Logger } from '@nestjs/common';
import { SmppServer } from '@cpm/smpp';
import { decodeShortMessage } from '@cpm/sms-text';
import { closeAll, gatewayWith, text, TestSmsc, until } from './testing/several-smscs.fixture.js';

beforeAll(() => Logger.overrideLogger(false));
afterEach(closeAll);

describe('several binds of an SMSC', () => {
  it('share the load, and every part of a text goes over one of them, in order', async () => {
    const sessions: (readonly [object, string, number | undefined])[] = [];
    const north = await new TestSmsc('north', {
      onSubmit: async (submit, session) => {
        const { concat } = decodeShortMessage(submit);
        sessions.push([session, submit.destination.address, concat?.part]);
        await new Promise((resolve) => setImmediate(resolve));
        return { kind: 'accept', messageId: String(sessions.length) };
      },
    }).up();
    const { ingress, submit, metric } = await gatewayWith([north.settings({ binds: 3 })], () => north.binds === 3);
    await until(async () => (await metric('cpm_smpp_bound', '{smsc="north",bind="3"}')) === 1);
    for (let sent = 0; sent < 30; sent += 1) submit(text({ user: `tel:+49151100000${sent + 10}`, text: 'é'.repeat(400) }));
    await until(() => ingress.of('SmscAccepted').length === 30);
    expect(new Set(sessions.map(([session]) => session)).size).toBe(3);
    for (const number of new Set(sessions.map(([, to]) => to))) {
      const parts = sessions.filter(([, to]) => to === number);
      expect(parts.map(([, , part]) => part)).toEqual([1, 2, 3]);
      expect(new Set(parts.map(([session]) => session)).size).toBe(1);
    }
  });

  it('are not all lost with one: the circuit stays closed', async () => {
    const north = await new TestSmsc('north').up();
    const { ingress, submit, metric } = await gatewayWith([north.settings({ binds: 2 })], () => north.binds === 2);
    await until(async () => (await metric('cpm_smpp_bound', '{smsc="north",bind="2"}')) === 1);
    north.server.sessions()[0]?.disconnect();
    await until(async () => (await metric('cpm_smpp_bound', '{smsc="north",bind="1"}')) === 0 || (await metric('cpm_smpp_bound', '{smsc="north",bind="2"}')) === 0);
    expect(await metric('cpm_smpp_circuit_state', '{smsc="north"}')).toBe(0);
    submit(text());
    await until(() => ingress.of('SmscAccepted').length === 1);
  });

  it('are spread over its addresses', async () => {
    const [one, other] = await Promise.all([new TestSmsc('one').up(), new TestSmsc('other').up()]);
    const addresses = [one, other].map(({ port }) => ({ host: '127.0.0.1', port }));
    await gatewayWith([one.settings({ binds: 2, addresses })], () => one.binds === 1 && other.binds === 1);
  });
});

describe('throttling', () => {
  it('slows down, opens no circuit and loses nothing', async () => {
    const north = await new TestSmsc('north').up();
    const { ingress, submit, metric } = await gatewayWith([north.settings()], () => north.binds === 1);
    const takenAt: number[] = [];
    north.answer = (_, at) => {
      if (takenAt.filter((one) => Date.now() - one < 500).length >= 10) return { kind: 'refuse', status: 0x58 };
      takenAt.push(Date.now());
      return { kind: 'accept', messageId: String(at) };
    };
    for (let sent = 0; sent < 30; sent += 1) submit(text());
    await until(() => ingress.of('SmscAccepted').length === 30);
    expect(ingress.of('SmscRefused')).toEqual([]);
    expect(await metric('cpm_smpp_circuit_state', '{smsc="north"}')).toBe(0);
    expect(await metric('cpm_smpp_pauses_total', '{smsc="north",reason="throttled"}')).toBeGreaterThanOrEqual(2);
    expect(await metric('cpm_smpp_submit_responses_total', '{smsc="north",status="0x00"}')).toBe(30);
  });
});

it('keeps the password out of whatever it says of a refused bind', async () => {
  const server = new SmppServer({ port: 0, authenticate: () => 0x0e, onSubmit: () => ({ kind: 'silent' }) });
  const { port } = await server.listen();
  const north = new TestSmsc('north');
  north.port = port;
  const lines: string[] = [];
  const note = (line: unknown) => void lines.push(JSON.stringify(line));
  Logger.overrideLogger({ log: note, warn: note, error: note, debug: note });
  await gatewayWith([north.settings()], () => lines.some((line) => line.includes('bind-refused')));
  Logger.overrideLogger(false);
  expect(lines.join('\n')).not.toContain('geheim');
  await closeAll();
  await server.close();
});
