import type { Pdu } from './pdu.js';
import { ManualTimers } from './testing/manual-timers.js';
import { boundTo, closeAll, deliverSm, rawSmsc } from './testing/raw-smsc-fixture.js';
import { acceptBind, type RawPeer } from './testing/raw-smsc.js';
import { openTransceiver } from './testing/transceiver-fixture.js';
import { until } from './testing/until.js';

afterEach(closeAll);

describe('enquire_link', () => {
  it('asks a silent peer and stays when it answers', async () => {
    const smsc = await rawSmsc((pdu, peer) => {
      acceptBind(pdu, peer);
      if (pdu.command === 'enquire_link') peer.answer(pdu);
    });
    const { transceiver, peer } = await boundTo(smsc, { enquireLinkMs: 20 });
    await until(() => peer.all('enquire_link').length >= 3);
    expect([transceiver.state, smsc.peers.length]).toEqual(['bound', 1]);
  });

  it('leaves a peer that does not answer, and binds again', async () => {
    const smsc = await rawSmsc();
    const { events } = await boundTo(smsc, { enquireLinkMs: 20, responseTimeoutMs: 20 });
    await until(() => events.some((event) => event.type === 'link-ended' && event.reason === 'enquire-link-timeout'));
    await until(() => smsc.peers.length === 2);
  });

  it('is answered while the handler is busy', async () => {
    const { transceiver, peer } = await boundTo(await rawSmsc());
    transceiver.onDeliver(() => new Promise(() => undefined));
    peer.socket.write(deliverSm(1));
    peer.send('enquire_link', { sequence: 2 });
    await until(() => peer.all('enquire_link_resp').some((pdu) => pdu.sequence === 2));
    expect(peer.all('deliver_sm_resp')).toEqual([]);
  });
});

describe('binding', () => {
  const delaysIn = (events: readonly { type: string }[]) => events.flatMap((event) => ('delayMs' in event ? [event.delayMs] : []));
  const refusing = (status: number) => (pdu: Pdu, peer: RawPeer) => pdu.command === 'bind_transceiver' && peer.answer(pdu, status);

  it.each([0x0e, 0x0f, 0x53])('tries credentials refused with %i again only after a long wait', async (status) => {
    const smsc = await rawSmsc(refusing(status));
    const { transceiver, events } = openTransceiver({ url: smsc.url, reconnect: { credentialsMs: 300_000 } });
    await until(() => events.some((event) => event.type === 'reconnect-scheduled'));
    expect(events).toContainEqual({ type: 'bind-refused', status });
    expect(delaysIn(events)).toEqual([300_000]);
    expect(transceiver.state).toBe('unbound');
  });

  it('doubles its wait up to the limit, within the jitter', async () => {
    const timers = new ManualTimers();
    const smsc = await rawSmsc(refusing(0x0d));
    const draws = [0.5, 0, 1, 0.5, 0.5];
    const { events } = openTransceiver({
      url: smsc.url, timers, random: () => draws.shift() ?? 0.5, reconnect: { minMs: 1_000, maxMs: 5_000, jitter: 0.2 },
    });
    for (const delayMs of [1_000, 1_600, 4_800, 5_000, 5_000]) {
      await until(() => timers.delays().includes(delayMs));
      timers.fire(delayMs);
    }
    expect(delaysIn(events)).toEqual([1_000, 1_600, 4_800, 5_000, 5_000]);
  });

  it('forgets failures only when a bind has held', async () => {
    const timers = new ManualTimers();
    const smsc = await rawSmsc();
    const { transceiver, events } = openTransceiver({
      url: smsc.url, timers, random: () => 0.5, reconnect: { minMs: 1_000, maxMs: 60_000, stableMs: 77_777 },
    });
    const loseBind = async () => {
      await until(() => transceiver.state === 'bound');
      smsc.peers.at(-1)?.socket.destroy();
      await until(() => transceiver.state === 'unbound');
    };
    await loseBind();
    await until(() => timers.delays().includes(1_000));
    timers.fire(1_000);
    await loseBind();
    await until(() => timers.delays().includes(2_000));
    timers.fire(2_000);
    await until(() => transceiver.state === 'bound');
    timers.fire(77_777);
    await loseBind();
    await until(() => delaysIn(events).length === 3);
    expect(delaysIn(events)).toEqual([1_000, 2_000, 1_000]);
  });

  it('gives up on a peer that never answers the bind', async () => {
    const smsc = await rawSmsc(() => undefined);
    const { events } = openTransceiver({ url: smsc.url, bindTimeoutMs: 30 });
    await until(() => events.some((event) => event.type === 'link-ended' && event.reason === 'bind-timeout'));
    await until(() => smsc.peers.length >= 2);
  });

  it.each([
    ['a generic_nack', (pdu: Pdu, peer: RawPeer) => pdu.command === 'bind_transceiver' && peer.send('generic_nack', { status: 3, sequence: pdu.sequence })],
    ['a deliver_sm before the response', (pdu: Pdu, peer: RawPeer) => {
      if (pdu.command !== 'bind_transceiver') return;
      peer.socket.write(deliverSm(1));
      peer.answer(pdu, 0x0d);
    }],
  ])('counts %s as no bind', async (_, script) => {
    const smsc = await rawSmsc(script);
    const { transceiver, events } = openTransceiver({ url: smsc.url });
    await until(() => smsc.peers.length >= 2);
    expect(events).not.toContainEqual({ type: 'bound' });
    expect(transceiver.state).toBe('unbound');
  });

  it.each(['with', 'before'])('hands over what the SMSC sends %s its response', async (order) => {
    const handled: unknown[] = [];
    const smsc = await rawSmsc((pdu, peer) => {
      if (pdu.command !== 'bind_transceiver') return;
      peer.socket.cork();
      if (order === 'before') peer.socket.write(deliverSm(1));
      peer.answer(pdu, 0, { system_id: 'RAW' });
      if (order === 'with') peer.socket.write(deliverSm(1));
      peer.socket.uncork();
    });
    const { transceiver } = openTransceiver({ url: smsc.url });
    transceiver.onDeliver(async (deliver) => void handled.push(deliver));
    const [answer] = await until(() => smsc.peers[0]?.all('deliver_sm_resp').length === 1 && smsc.peers[0].all('deliver_sm_resp'));
    expect(answer).toMatchObject({ status: 0, sequence: 1 });
    expect(handled).toHaveLength(1);
  });

  it('keeps trying while nobody listens, and binds when somebody does', async () => {
    const smsc = await rawSmsc();
    const { url } = smsc;
    await smsc.close();
    const { transceiver, events } = openTransceiver({ url });
    await until(() => events.filter((event) => event.type === 'reconnect-scheduled').length >= 3);
    expect(events).toContainEqual({ type: 'link-ended', reason: 'socket-error', code: 'ECONNREFUSED' });
    expect(transceiver.state).toBe('unbound');
    await rawSmsc(acceptBind, Number(new URL(url).port));
    await until(() => transceiver.state === 'bound');
  });

  it('leaves no timer behind when closed', async () => {
    const timers = new ManualTimers();
    const smsc = await rawSmsc();
    const { transceiver } = await boundTo(smsc, { timers });
    await transceiver.close();
    await until(() => timers.pending.size === 0);
    expect(smsc.peers[0]?.all('unbind')).toHaveLength(1);
  });
});
