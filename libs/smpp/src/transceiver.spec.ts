import { e164Address } from './address.js';
import type { Deliver } from './deliver-sm.js';
import { SmppServer, type ReceivedSubmit, type SmppServerOptions, type SmppServerSession } from './smpp-server.js';
import { boundTransceiver, closeTransceivers, openTransceiver, textTo } from './testing/transceiver-fixture.js';
import { until } from './testing/until.js';

const servers: SmppServer[] = [];

async function serve(options: Partial<SmppServerOptions> = {}) {
  const submits: ReceivedSubmit[] = [];
  const server = new SmppServer({
    port: 0,
    authenticate: ({ systemId, password }) => (systemId !== 'esme' ? 0x0f : password === 'secret' ? 0 : 0x0e),
    onSubmit: (submit) => (submits.push(submit), { kind: 'accept', messageId: `id-${submits.length}` }),
    ...options,
  });
  servers.push(server);
  const { port } = await server.listen();
  const session = () => until(() => server.sessions()[0]);
  return { server, submits, session, url: `smpp://esme:secret@127.0.0.1:${port}`, port };
}

afterEach(async () => {
  await closeTransceivers();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const inbound = (fields: Partial<Parameters<SmppServerSession['deliver']>[0]>) => ({
  source: e164Address('+4915110000002'),
  destination: e164Address('+4915110000001'),
  esmClass: 0,
  dataCoding: 0,
  shortMessage: Buffer.alloc(0),
  ...fields,
});

describe('submitting', () => {
  it('carries every field and resolves with the message id', async () => {
    const { url, submits } = await serve();
    const { transceiver } = await boundTransceiver({ url });
    const submission = { ...textTo('+4915110000002'), validityPeriod: '000003000000000R', userMessageReference: 7 };
    await expect(transceiver.submit(submission)).resolves.toEqual({ messageId: 'id-1' });
    expect(submits[0]).toEqual({
      source: submission.source,
      destination: submission.destination,
      esmClass: 0,
      dataCoding: 0,
      registeredDelivery: 1,
      validityPeriod: '000003000000000R',
      shortMessage: Buffer.from('hello'),
      userMessageReference: 7,
    });
  });

  it.each([[0x08, 'temporary'], [0x58, 'throttled'], [0x0b, 'permanent']])('rejects status %i as %s', async (status, kind) => {
    const { url } = await serve({ onSubmit: () => ({ kind: 'refuse', status }) });
    const { transceiver } = await boundTransceiver({ url });
    await expect(transceiver.submit(textTo('+4915110000002'))).rejects.toMatchObject({ name: 'SmppStatusError', status, kind });
    expect(transceiver.state).toBe('bound');
  });

  it('keeps at most windowSize unanswered and loses none', async () => {
    let unanswered = 0;
    let most = 0;
    const { url } = await serve({
      onSubmit: async () => {
        most = Math.max(most, (unanswered += 1));
        await new Promise((resolve) => setImmediate(resolve));
        unanswered -= 1;
        return { kind: 'accept', messageId: 'x' };
      },
    });
    const { transceiver } = await boundTransceiver({ url, windowSize: 3 });
    await Promise.all(Array.from({ length: 50 }, () => transceiver.submit(textTo('+4915110000002'))));
    expect(most).toBe(3);
  });

  it('writes nothing while not bound', async () => {
    const { port } = await serve();
    const { transceiver } = openTransceiver({ url: `smpp://esme:wrong@127.0.0.1:${port}` });
    await expect(transceiver.submit(textTo('+4915110000002'))).rejects.toMatchObject({ name: 'SmppNotBoundError', reason: 'unbound' });
  });
});

describe('delivering', () => {
  it('answers 0 only when the handler has resolved', async () => {
    const { url, session } = await serve();
    const { transceiver } = await boundTransceiver({ url });
    const seen: Deliver[] = [];
    let finish!: () => void;
    transceiver.onDeliver((deliver) => (seen.push(deliver), new Promise<void>((resolve) => (finish = resolve))));
    let answered = false;
    const peer = await session();
    const answer = peer.deliver(inbound({ shortMessage: Buffer.from('hi') })).finally(() => (answered = true));
    await until(() => seen.length === 1);
    await peer.enquireLink();
    expect(answered).toBe(false);
    finish();
    await expect(answer).resolves.toBe(0);
    expect(seen[0]).toMatchObject({ kind: 'message', text: 'hi', from: e164Address('+4915110000002') });
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('broker down'))],
    ['throws', () => { throw new Error('bug'); }],
  ])('answers 0x08 when the handler %s, and goes on', async (_, handler) => {
    const { url, session } = await serve();
    const { transceiver } = await boundTransceiver({ url });
    transceiver.onDeliver(handler);
    await expect((await session()).deliver(inbound({}))).resolves.toBe(0x08);
    transceiver.onDeliver(() => Promise.resolve());
    await expect((await session()).deliver(inbound({}))).resolves.toBe(0);
  });

  it('answers 0x08 when nobody handles', async () => {
    const { url, session } = await serve();
    await boundTransceiver({ url });
    await expect((await session()).deliver(inbound({}))).resolves.toBe(0x08);
  });

  it('throttles a peer that sends more than the handler takes', async () => {
    const { url, session } = await serve();
    const { transceiver } = await boundTransceiver({ url, maxDeliveries: 1 });
    let finish!: () => void;
    transceiver.onDeliver(() => new Promise<void>((resolve) => (finish = resolve)));
    const peer = await session();
    const first = peer.deliver(inbound({}));
    await expect(peer.deliver(inbound({}))).resolves.toBe(0x58);
    finish();
    await expect(first).resolves.toBe(0);
  });

  it('reads receipts', async () => {
    const { url, session } = await serve();
    const { transceiver } = await boundTransceiver({ url });
    const seen: Deliver[] = [];
    transceiver.onDeliver((deliver) => Promise.resolve(void seen.push(deliver)));
    await (await session()).deliver(inbound({ esmClass: 4, shortMessage: Buffer.from('id:a_1 stat:DELIVRD'), userMessageReference: 5 }));
    expect(seen).toMatchObject([{ kind: 'receipt', messageId: 'a_1', state: 'DELIVERED', stage: 'final', userMessageReference: 5 }]);
  });

  it.each(['available', 'denied', 'unavailable'] as const)('hears that a handset is %s', async (availability) => {
    const { url, session } = await serve();
    const { transceiver } = await boundTransceiver({ url });
    const seen: unknown[] = [];
    transceiver.onAlert((alert) => Promise.resolve(void seen.push(alert)));
    (await session()).alert(e164Address('+4915110000002'), availability);
    await until(() => seen.length > 0);
    expect(seen).toEqual([{ handset: e164Address('+4915110000002'), availability }]);
  });
});

describe('the life of a bind', () => {
  it('tells its states', async () => {
    const { url } = await serve();
    const { transceiver } = openTransceiver({ url });
    const states: string[] = [];
    transceiver.onState((state) => states.push(state));
    await until(() => transceiver.state === 'bound');
    await transceiver.close();
    expect(states).toEqual(['bound', 'draining', 'closed']);
  });

  it('answers unbind and binds again', async () => {
    const { url, server, session } = await serve();
    const { transceiver, events } = await boundTransceiver({ url });
    const states: string[] = [];
    transceiver.onState((state) => states.push(state));
    await (await session()).unbind();
    await until(() => states.length === 2);
    expect(states).toEqual(['unbound', 'bound']);
    expect(events).toContainEqual({ type: 'link-ended', reason: 'peer-unbound' });
    await until(() => server.sessions().length === 1);
    await expect(transceiver.submit(textTo('+4915110000002'))).resolves.toEqual({ messageId: 'id-1' });
  });

  it('closes when all answers are in, and takes nothing more', async () => {
    let answer!: () => void;
    const { url, server } = await serve({
      onSubmit: () => new Promise((resolve) => (answer = () => resolve({ kind: 'accept', messageId: 'late' }))),
    });
    const { transceiver } = await boundTransceiver({ url, windowSize: 1, drainTimeoutMs: 4_000 });
    const written = transceiver.submit(textTo('+4915110000002'));
    const waiting = transceiver.submit(textTo('+4915110000003'));
    await until(() => answer !== undefined);
    const closed = transceiver.close();
    await expect(waiting).rejects.toMatchObject({ name: 'SmppNotBoundError', reason: 'closing' });
    await expect(transceiver.submit(textTo('+4915110000004'))).rejects.toMatchObject({ reason: 'closing' });
    answer();
    await expect(written).resolves.toEqual({ messageId: 'late' });
    await closed;
    await until(() => server.sessions().length === 0);
  });

  it('finishes a text that was begun before it unbinds, though its parts come one by one', async () => {
    const { url, submits } = await serve();
    const { transceiver } = await boundTransceiver({ url, windowSize: 1, drainTimeoutMs: 4_000 });
    const text = transceiver.begin();
    await text.submit(textTo('+4915110000002', 'one'));
    const closed = transceiver.close();
    await expect(transceiver.submit(textTo('+4915110000003'))).rejects.toMatchObject({ reason: 'closing' });
    for (const part of ['two', 'three']) {
      await new Promise((resolve) => setImmediate(resolve));
      await text.submit(textTo('+4915110000002', part));
    }
    expect(transceiver.state).toBe('draining');
    text.end();
    await closed;
    expect(submits.map(({ shortMessage }) => shortMessage.toString())).toEqual(['one', 'two', 'three']);
  });

  it('goes on with a text whose first answer was lost and proven, but does not wait for that', async () => {
    const submits: string[] = [];
    const { url } = await serve({ onSubmit: ({ shortMessage }) => (submits.push(shortMessage.toString()) === 1 ? { kind: 'silent' } : { kind: 'accept', messageId: '2' }) });
    const { transceiver } = await boundTransceiver({ url, windowSize: 1, maxWaiting: 0, responseTimeoutMs: 30, drainTimeoutMs: 4_000 });
    const text = transceiver.begin();
    await expect(text.submit(textTo('+4915110000002', 'one'))).rejects.toMatchObject({ reason: 'response-timeout' });
    const other = transceiver.submit(textTo('+4915110000003', 'other'));
    await Promise.all([text.submit(textTo('+4915110000002', 'two'), () => false), other]);
    expect(submits).toEqual(['one', 'other', 'two']);
    text.end();
    const unproven = transceiver.begin();
    submits.length = 0;
    await expect(unproven.submit(textTo('+4915110000002', 'one'))).rejects.toMatchObject({ reason: 'response-timeout' });
    const before = Date.now();
    await transceiver.close();
    expect(Date.now() - before).toBeLessThan(2_000);
  });

  it('does not wait longer than it may for the rest of a text', async () => {
    const { url } = await serve();
    const { transceiver } = await boundTransceiver({ url, drainTimeoutMs: 30 });
    const text = transceiver.begin();
    await text.submit(textTo('+4915110000002'));
    await transceiver.close();
    await expect(text.submit(textTo('+4915110000002'))).rejects.toMatchObject({ reason: 'closing' });
  });

  it('lets a handler finish before it unbinds', async () => {
    const { url, session } = await serve();
    const { transceiver } = await boundTransceiver({ url, drainTimeoutMs: 4_000 });
    let finish: (() => void) | undefined;
    transceiver.onDeliver(() => new Promise<void>((resolve) => (finish = resolve)));
    const answer = (await session()).deliver(inbound({}));
    await until(() => finish);
    const closed = transceiver.close();
    finish?.();
    await expect(answer).resolves.toBe(0);
    await closed;
  });

  it('may be closed before it ever bound, and twice', async () => {
    const { transceiver } = openTransceiver({ url: 'smpp://esme:secret@127.0.0.1:1' });
    await Promise.all([transceiver.close(), transceiver.close()]);
    expect(transceiver.state).toBe('closed');
  });

  it('refuses settings that cannot work', () => {
    expect(() => openTransceiver({ url: 'http://x' })).toThrow(TypeError);
    expect(() => openTransceiver({ url: 'smpp://a:b@h', windowSize: 0 })).toThrow(/windowSize/);
  });
});

describe('SmppServer', () => {
  it('drops a connection that does not bind in time', async () => {
    const { port } = await serve({ bindTimeoutMs: 30 });
    const { connect } = await import('node:net');
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve) => socket.once('close', resolve));
  });

  it('answers a submission that its handler fails on', async () => {
    const { url } = await serve({ onSubmit: () => Promise.reject(new Error('bug')) });
    const { transceiver } = await boundTransceiver({ url });
    await expect(transceiver.submit(textTo('+4915110000002'))).rejects.toMatchObject({ status: 0x08 });
  });
});
