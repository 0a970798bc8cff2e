import { e164Address } from './address.js';
import { withOverrides } from './command-status.js';
import { SmppStatusError } from './errors.js';
import { SmppServer, type ReceivedCancel, type ReceivedSubmit, type SmppServerOptions } from './smpp-server.js';
import { ManualTimers } from './testing/manual-timers.js';
import { acceptBind } from './testing/raw-smsc.js';
import { boundTo, closeAll, rawSmsc } from './testing/raw-smsc-fixture.js';
import { boundTransceiver, openTransceiver, textTo } from './testing/transceiver-fixture.js';
import { until } from './testing/until.js';
import type { SmppTransceiver } from './transceiver.js';

const servers: SmppServer[] = [];

async function serve(options: Partial<SmppServerOptions>, port = 0) {
  const server = new SmppServer({ port, authenticate: () => 0, onSubmit: () => ({ kind: 'accept', messageId: '1' }), ...options });
  servers.push(server);
  return { server, url: `smpp://esme:secret@127.0.0.1:${(await server.listen()).port}` };
}

afterEach(async () => {
  await closeAll();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** As the gateway does it: a throttled text takes its place in the line again. */
async function submitThrottled(transceiver: SmppTransceiver, number: string): Promise<string> {
  for (;;) {
    try {
      return (await transceiver.submit(textTo(number))).messageId;
    } catch (error) {
      if (!(error instanceof SmppStatusError) || error.kind !== 'throttled') throw error;
    }
  }
}

/** Turns the clock until the work is done, each time when the SMSC has answered all that was written. */
async function turnUntilDone(timers: ManualTimers, transceiver: SmppTransceiver, work: Promise<unknown>): Promise<number> {
  const start = timers.now();
  let done = false;
  void work.finally(() => (done = true)).catch(() => undefined);
  while (!done) {
    await until(() => transceiver.windowUsed === 0);
    await new Promise((resolve) => setImmediate(resolve));
    if (!done && transceiver.windowUsed === 0) timers.advance(100);
  }
  await work;
  return timers.now() - start;
}

describe('an SMSC that takes 2 messages a second', () => {
  it.each([['unlimited', Infinity], ['at the contracted rate', 2]])('gets 20 of them as fast as it takes them, none lost and none twice (%s)', async (_, ratePerSec) => {
    const timers = new ManualTimers();
    const taken: string[] = [];
    const takenAt: number[] = [];
    let throttled = 0;
    const { url } = await serve({
      onSubmit: ({ destination }) => {
        if (takenAt.filter((at) => timers.now() - at < 1_000).length >= 2) return (throttled += 1, { kind: 'refuse', status: 0x58 });
        takenAt.push(timers.now());
        taken.push(destination.address);
        return { kind: 'accept', messageId: destination.address };
      },
    });
    const { transceiver, events } = await boundTransceiver({ url, timers, ratePerSec });
    const numbers = Array.from({ length: 20 }, (__, at) => `49151200000${String(at).padStart(2, '0')}`);
    const tookMs = await turnUntilDone(timers, transceiver, Promise.all(numbers.map((number) => submitThrottled(transceiver, number))));
    expect([...taken].sort()).toEqual(numbers);
    expect(tookMs).toBeGreaterThanOrEqual(9_000);
    expect(tookMs).toBeLessThanOrEqual(20_000);
    expect(throttled > 0).toBe(ratePerSec === Infinity);
    expect(events.some(({ type }) => type === 'paused')).toBe(ratePerSec === Infinity);
  });
});

describe('a pause', () => {
  it('does not keep the peer\'s enquire_link waiting, nor its deliveries', async () => {
    const smsc = await rawSmsc((pdu, peer) => {
      acceptBind(pdu, peer);
      if (pdu.command === 'submit_sm') peer.answer(pdu, 0x58);
    });
    const { transceiver, peer } = await boundTo(smsc);
    await expect(transceiver.submit(textTo('+4915110000002'))).rejects.toMatchObject({ kind: 'throttled' });
    const waiting = transceiver.submit(textTo('+4915110000002')).catch(() => undefined);
    const askedAt = performance.now();
    peer.send('enquire_link', { sequence: 7 });
    await until(() => peer.all('enquire_link_resp').some(({ sequence }) => sequence === 7));
    expect(performance.now() - askedAt).toBeLessThan(1_000);
    expect(peer.all('submit_sm')).toHaveLength(1);
    await transceiver.close();
    await waiting;
  });

  it('follows from an SMSC that is close to congestion', async () => {
    const timers = new ManualTimers();
    const { url } = await serve({ onSubmit: () => ({ kind: 'accept', messageId: '1', congestionState: 95 }) });
    const { transceiver, events } = await boundTransceiver({ url, timers });
    await expect(transceiver.submit(textTo('+4915110000002'))).resolves.toEqual({ messageId: '1', congestionState: 95 });
    expect(events).toContainEqual({ type: 'paused', reason: 'congested', delayMs: 600 });
    const next = transceiver.submit(textTo('+4915110000002'));
    expect([transceiver.windowUsed, transceiver.waiting]).toEqual([0, 1]);
    timers.advance(600);
    await next;
  });

  it('follows when too many recipients\' queues are full, which then speaks of the SMSC', async () => {
    const { url } = await serve({ onSubmit: ({ destination }) => (destination.address.endsWith('9') ? { kind: 'refuse', status: 0x14 } : { kind: 'accept', messageId: '1' }) });
    const { transceiver, events } = await boundTransceiver({ url });
    for (let text = 0; text < 8; text += 1) await transceiver.submit(textTo('+4915110000002'));
    const full = () => transceiver.submit(textTo('+4915110000009'));
    await expect(full()).rejects.toMatchObject({ status: 0x14, statusClass: { link: 'healthy' } });
    await expect(full()).rejects.toMatchObject({ statusClass: { link: 'healthy' } });
    expect(events.some(({ type }) => type === 'paused')).toBe(false);
    await expect(full()).rejects.toMatchObject({ statusClass: { link: 'fault' } });
    expect(events).toContainEqual({ type: 'paused', reason: 'queue-full', delayMs: 10_000 });
  });

  it('ends for what is not wanted any more without its being written', async () => {
    const timers = new ManualTimers();
    const submits: ReceivedSubmit[] = [];
    const { url } = await serve({ onSubmit: (submit) => (submits.push(submit), { kind: 'refuse', status: 0x58 }) });
    const { transceiver } = await boundTransceiver({ url, timers });
    await transceiver.submit(textTo('+4915110000002')).catch(() => undefined);
    const overdue = transceiver.submit(textTo('+4915110000003'), () => timers.now() < 500);
    timers.advance(1_000);
    await expect(overdue).rejects.toMatchObject({ name: 'SmppNotBoundError', reason: 'overdue' });
    expect(submits).toHaveLength(1);
  });
});

it('a pause is as long as the operator of the SMSC says', async () => {
  const timers = new ManualTimers();
  const { url } = await serve({ onSubmit: () => ({ kind: 'refuse', status: 0x401 }) });
  const { transceiver, events } = await boundTransceiver({ url, timers, statusClasses: withOverrides({ 0x401: { class: 'throttled', waitMs: 7_000 } }) });
  await expect(transceiver.submit(textTo('+4915110000002'))).rejects.toMatchObject({ kind: 'throttled' });
  expect(events).toContainEqual({ type: 'paused', reason: 'throttled', delayMs: 7_000 });
});

it('the rest of a text goes before what waits, and is not overdue', async () => {
  const submits: string[] = [];
  const answers: (() => void)[] = [];
  const { url } = await serve({
    onSubmit: ({ shortMessage }) => new Promise((resolve) => {
      submits.push(shortMessage.toString());
      answers.push(() => resolve({ kind: 'accept', messageId: '1' }));
    }),
  });
  const { transceiver } = await boundTransceiver({ url, windowSize: 1, maxWaiting: 1 });
  const text = transceiver.begin();
  const one = text.submit(textTo('+4915110000002', 'one'));
  const next = transceiver.submit(textTo('+4915110000003', 'next'));
  await until(() => answers.length === 1);
  answers[0]?.();
  await one;
  const last = transceiver.submit(textTo('+4915110000004', 'last'));
  const two = text.submit(textTo('+4915110000002', 'two'), () => false);
  for (const at of [1, 2, 3]) {
    await until(() => answers.length > at);
    answers[at]?.();
  }
  await Promise.all([next, last, two]);
  text.end();
  expect(submits).toEqual(['one', 'next', 'two', 'last']);
});

describe('a guard', () => {
  it('keeps submissions off the wire, and the next one has the place', async () => {
    const submits: ReceivedSubmit[] = [];
    const { url } = await serve({ onSubmit: (submit) => (submits.push(submit), { kind: 'accept', messageId: '1' }) });
    let open = false;
    const { transceiver } = await boundTransceiver({ url, windowSize: 1, guard: (write) => (open ? write() : Promise.reject(new Error('closed'))) });
    await expect(transceiver.submit(textTo('+4915110000002'))).rejects.toThrow('closed');
    open = true;
    await transceiver.submit(textTo('+4915110000002'));
    expect(submits).toHaveLength(1);
  });
});

describe('taking back', () => {
  const cancellation = { messageId: 'id-1', source: e164Address('+4915110000001'), destination: e164Address('+4915110000002') };

  it('asks for the message by its id and its source, and tells what the SMSC says', async () => {
    const cancels: ReceivedCancel[] = [];
    const { url } = await serve({ onCancel: (cancel) => (cancels.push(cancel), cancels.length === 1 ? 0 : 0x11) });
    const { transceiver } = await boundTransceiver({ url });
    expect([await transceiver.cancel(cancellation), await transceiver.cancel(cancellation)]).toEqual([0, 0x11]);
    expect(cancels[0]).toEqual({ messageId: 'id-1', source: cancellation.source });
  });

  it('is refused by a server that takes nothing back, and impossible without a bind or an id', async () => {
    const { url } = await serve({});
    const { transceiver } = await boundTransceiver({ url });
    await expect(transceiver.cancel(cancellation)).resolves.toBe(0x11);
    await expect(transceiver.cancel({ ...cancellation, messageId: '' })).rejects.toMatchObject({ name: 'SmppInvalidPduError', problems: [{ path: 'messageId' }] });
    await transceiver.close();
    await expect(transceiver.cancel(cancellation)).rejects.toMatchObject({ name: 'SmppNotBoundError' });
  });

  it('of thousands goes no faster than the bind may, and is tried again when it is too much', async () => {
    const timers = new ManualTimers();
    const statuses = [0x58, 0x14];
    const cancels: number[] = [];
    const { url } = await serve({ onCancel: () => (cancels.push(timers.now()), statuses.shift() ?? 0) });
    const { transceiver } = await boundTransceiver({ url, timers, windowSize: 2, ratePerSec: 10, maxWaiting: 1 });
    const all = Promise.all(Array.from({ length: 20 }, () => transceiver.cancel(cancellation)));
    const text = transceiver.submit(textTo('+4915110000002'));
    expect([transceiver.windowUsed, transceiver.waiting]).toEqual([1, 1]);
    const tookMs = await turnUntilDone(timers, transceiver, all);
    await text;
    expect([await all, cancels.length]).toEqual([Array.from({ length: 20 }, () => 0), 22]);
    expect(tookMs).toBeGreaterThanOrEqual(1_000 + 19 * 100);
  });

  it('is given up when the SMSC says "too much" again and again', async () => {
    const timers = new ManualTimers();
    let asked = 0;
    const { url } = await serve({ onCancel: () => (asked += 1, 0x58) });
    const { transceiver } = await boundTransceiver({ url, timers });
    const work = transceiver.cancel(cancellation);
    await turnUntilDone(timers, transceiver, work);
    expect([await work, asked]).toEqual([0x58, 5]);
  });

  it('is given up when its turn comes after half a minute', async () => {
    const timers = new ManualTimers();
    const { url } = await serve({ onCancel: () => 0x58 });
    const statusClasses = withOverrides({ 0x58: { class: 'throttled', waitMs: 31_000 } });
    const { transceiver, events } = await boundTransceiver({ url, timers, statusClasses, enquireLinkMs: 3_600_000 });
    const overdue = expect(transceiver.cancel(cancellation)).rejects.toMatchObject({ reason: 'overdue' });
    await until(() => events.some(({ type }) => type === 'paused'));
    timers.advance(31_000);
    await overdue;
  });

  it('does not hold up a stop', async () => {
    const timers = new ManualTimers();
    const { url } = await serve({ onCancel: () => 0x58 });
    const { transceiver, events } = await boundTransceiver({ url, timers });
    const refused = expect(transceiver.cancel(cancellation)).rejects.toMatchObject({ reason: 'closing' });
    await until(() => events.some(({ type }) => type === 'paused'));
    await transceiver.close();
    await refused;
  });

  it('of an SMSC that does not know the command is refused by its generic_nack', async () => {
    const smsc = await rawSmsc((pdu, peer) => {
      acceptBind(pdu, peer);
      if (pdu.command === 'cancel_sm') peer.send('generic_nack', { status: 3, sequence: pdu.sequence });
    });
    const { transceiver } = await boundTo(smsc);
    await expect(transceiver.cancel(cancellation)).resolves.toBe(3);
  });
});

it('an SMSC that is away for an hour is asked for more and more rarely, and then gets everything once', async () => {
  const timers = new ManualTimers();
  const { server, url } = await serve({});
  const port = Number(url.split(':').at(-1));
  await server.close();
  const { transceiver, events } = openTransceiver({ url, timers, random: () => 0.5, reconnect: { minMs: 1_000, maxMs: 60_000 } });
  const waits = () => events.flatMap((event) => (event.type === 'reconnect-scheduled' ? [event.delayMs] : []));
  for (let awayMs = 0; awayMs < 3_600_000;) {
    const wait = await until(() => waits().at(-1));
    const known = waits().length;
    await expect(transceiver.submit(textTo('+4915110000002'))).rejects.toMatchObject({ reason: 'unbound' });
    timers.advance(wait);
    awayMs += wait;
    await until(() => waits().length > known);
  }
  expect(waits().slice(0, 8)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  expect(waits().length).toBeLessThan(70);
  const taken: string[] = [];
  await serve({ onSubmit: ({ destination }) => (taken.push(destination.address), { kind: 'accept', messageId: String(taken.length) }) }, port);
  timers.advance(60_000);
  await until(() => transceiver.state === 'bound');
  const numbers = Array.from({ length: 500 }, (_, at) => String(4915120000000 + at));
  await Promise.all(numbers.map((number) => transceiver.submit(textTo(number))));
  expect([...taken].sort()).toEqual(numbers);
});
