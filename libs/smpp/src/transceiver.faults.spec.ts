import fc from 'fast-check';
import { npmSmppCodec } from './npm-smpp-codec.js';
import type { Pdu } from './pdu.js';
import { boundTo, closeAll, deliverSm, rawSmsc } from './testing/raw-smsc-fixture.js';
import { acceptBind, type RawPeer } from './testing/raw-smsc.js';
import { openTransceiver, textTo } from './testing/transceiver-fixture.js';
import { until } from './testing/until.js';

afterEach(closeAll);

describe('framing', () => {
  it('reads a PDU octet by octet and several at once', async () => {
    const { transceiver, peer } = await boundTo(await rawSmsc());
    const seen: string[] = [];
    transceiver.onDeliver((deliver) => Promise.resolve(void seen.push(deliver.from.address)));
    for (const octet of deliverSm(1, { source_addr: '11' })) peer.socket.write(Buffer.of(octet));
    await until(() => peer.all('deliver_sm_resp').length === 1);
    peer.socket.write(Buffer.concat([deliverSm(2, { source_addr: '12' }), deliverSm(3, { source_addr: '13' }), deliverSm(4, { source_addr: '14' })]));
    await until(() => peer.all('deliver_sm_resp').length === 4);
    expect(seen).toEqual(['11', '12', '13', '14']);
    expect(peer.all('deliver_sm_resp').map((pdu) => [pdu.sequence, pdu.status])).toEqual([[1, 0], [2, 0], [3, 0], [4, 0]]);
  });

  it.each<[string, Buffer, string?]>([
    ['command_length 0', Buffer.alloc(16)],
    ['command_length 15', Buffer.from('0000000f000000150000000000000001', 'hex')],
    ['command_length of 10 MB', Buffer.from('00989680000000050000000000000001', 'hex')],
    ['a TLS alert', Buffer.from('15030300020250', 'hex'), 'peer-speaks-tls'],
    ['an HTTP banner', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['an SSH banner', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')],
  ])('leaves a peer that sends %s, and binds again', async (_, octets, reason = 'frame-length') => {
    const smsc = await rawSmsc();
    const { transceiver, events, peer } = await boundTo(smsc);
    peer.socket.write(octets);
    await until(() => events.some((event) => event.type === 'link-ended' && event.reason === reason));
    await until(() => smsc.peers.length === 2 && transceiver.state === 'bound');
  });

  it('does not fall for a banner in place of the bind response', async () => {
    const smsc = await rawSmsc(() => undefined);
    smsc.onConnection = ({ socket }) => socket.write('220 mail.example ESMTP\r\n');
    const { events } = openTransceiver({ url: smsc.url });
    await until(() => events.some((event) => event.type === 'link-ended' && event.reason === 'frame-length'));
    await until(() => smsc.peers.length >= 2);
  });
});

describe('PDUs that cannot be read', () => {
  const broken = (tail: string) => {
    const frame = Buffer.concat([deliverSm(5), Buffer.from(tail, 'hex')]);
    frame.writeUInt32BE(frame.length, 0);
    return frame;
  };

  it.each([
    ['an sm_length beyond the PDU', Buffer.from('0000002200000005000000000000000500010131000101320000000000000000fa61', 'hex'), 2],
    ['a C-string without its end', Buffer.from('00000018000000050000000000000005' + '0001013131313131', 'hex'), 2],
    ['a TLV overrun', broken('042703e7'), 2],
    ['an int16 TLV of one octet', broken('0204000101'), 2],
    ['an unknown command', Buffer.from('00000010000000770000000000000005', 'hex'), 3],
    ['a command of the other side', npmSmppCodec.encode({ command: 'query_sm', status: 0, sequence: 5, fields: {} }), 3],
  ])('nacks %s and goes on', async (_, frame, status) => {
    const { transceiver, peer } = await boundTo(await rawSmsc());
    transceiver.onDeliver(() => Promise.resolve());
    peer.socket.write(frame);
    peer.socket.write(deliverSm(6));
    await until(() => peer.all('deliver_sm_resp').some((pdu) => pdu.sequence === 6 && pdu.status === 0));
    expect(peer.all('generic_nack').map((pdu) => [pdu.sequence, pdu.status])).toEqual([[5, status]]);
    expect(transceiver.state).toBe('bound');
  });

  it('never crash the session, however a deliver_sm is mutated', async () => {
    const { transceiver, peer } = await boundTo(await rawSmsc());
    transceiver.onDeliver(() => Promise.resolve());
    const seed = deliverSm(1, { receipted_message_id: 'abc', message_state: 2, message_payload: Buffer.from('x') });
    const edits = fc.array(fc.tuple(fc.integer({ min: 16, max: seed.length - 1 }), fc.nat(255)), { minLength: 1, maxLength: 5 });
    let sequence = 0;
    await fc.assert(
      fc.asyncProperty(edits, async (changes) => {
        const frame = Buffer.from(seed);
        for (const [at, octet] of changes) frame[at] = octet;
        frame.writeUInt32BE((sequence += 1), 12);
        peer.socket.write(frame);
        const answer = await until(() => peer.received.find((pdu) => pdu.sequence === sequence && /^(deliver_sm_resp|generic_nack)$/.test(pdu.command)));
        peer.received.length = 0;
        expect([0, 2, 0x65]).toContain(answer.status);
      }),
      { numRuns: 300 },
    );
    expect(transceiver.state).toBe('bound');
  });

  it('answers no broken response, and calls its submission unknown', async () => {
    const smsc = await rawSmsc((pdu, peer) => {
      acceptBind(pdu, peer);
      const frame = Buffer.from('00000012800000040000000000000000' + '6161', 'hex');
      frame.writeUInt32BE(pdu.sequence, 12);
      if (pdu.command === 'submit_sm') peer.socket.write(frame);
    });
    const { transceiver, peer } = await boundTo(smsc);
    await expect(transceiver.submit(textTo('+4915110000002'))).rejects.toMatchObject({ name: 'SmppOutcomeUnknownError', reason: 'unreadable-response' });
    expect(peer.all('generic_nack')).toEqual([]);
  });
});

describe('submissions in flight', () => {
  it('are unknown when the socket drops, and those not written are not', async () => {
    const smsc = await rawSmsc();
    const { transceiver, peer } = await boundTo(smsc, { windowSize: 2 });
    const outcomes = ['2', '3', '4', '5'].map((digit) => transceiver.submit(textTo(`+491511000000${digit}`)).catch((error: unknown) => error));
    await until(() => peer.all('submit_sm').length === 2);
    peer.socket.destroy();
    const errors = (await Promise.all(outcomes)) as Error[];
    expect(errors.map((error) => error.name)).toEqual(['SmppOutcomeUnknownError', 'SmppOutcomeUnknownError', 'SmppNotBoundError', 'SmppNotBoundError']);
    await until(() => transceiver.state === 'bound');
    expect(smsc.peers.flatMap((each) => each.all('submit_sm'))).toHaveLength(2);
  });

  it('are unknown when no response comes in time, and a late one changes nothing', async () => {
    const { transceiver, events, peer } = await boundTo(await rawSmsc(), { responseTimeoutMs: 40 });
    await expect(transceiver.submit(textTo('+4915110000002'))).rejects.toMatchObject({ name: 'SmppOutcomeUnknownError', reason: 'response-timeout' });
    const request = await until(() => peer.all('submit_sm')[0]);
    peer.answer(request, 0, { message_id: 'late' });
    await until(() => events.some((event) => event.type === 'response-unawaited'));
    expect([transceiver.state, transceiver.windowUsed]).toEqual(['bound', 0]);
  });

  it('fail with the status of a generic_nack that names them', async () => {
    const smsc = await rawSmsc((pdu, peer) => {
      acceptBind(pdu, peer);
      if (pdu.command === 'submit_sm') peer.send('generic_nack', { status: 3, sequence: pdu.sequence });
    });
    const { transceiver } = await boundTo(smsc);
    await expect(transceiver.submit(textTo('+4915110000002'))).rejects.toMatchObject({ name: 'SmppStatusError', status: 3, kind: 'permanent' });
    expect(transceiver.state).toBe('bound');
  });

  it.each([
    ['a generic_nack that names none', 'nack-without-sequence', (pdu: Pdu, peer: RawPeer) => peer.send('generic_nack', { status: 2, sequence: 0 })],
    ['the response of another command', 'response-mismatch', (pdu: Pdu, peer: RawPeer) => peer.send('unbind_resp', { sequence: pdu.sequence })],
  ])('are unknown after %s, and the link is made anew', async (_, reason, answer) => {
    const smsc = await rawSmsc((pdu, peer) => {
      acceptBind(pdu, peer);
      if (pdu.command === 'submit_sm') answer(pdu, peer);
    });
    const { transceiver } = await boundTo(smsc);
    await expect(transceiver.submit(textTo('+4915110000002'))).rejects.toMatchObject({ name: 'SmppOutcomeUnknownError', reason });
    await until(() => smsc.peers.length === 2 && transceiver.state === 'bound');
  });

  it('may still be answered after the peer asked to unbind, while those not written are given back at once', async () => {
    const smsc = await rawSmsc((pdu, peer) => {
      acceptBind(pdu, peer);
      if (pdu.command === 'submit_sm') peer.send('unbind', { sequence: 1 });
    });
    const { transceiver, peer } = await boundTo(smsc, { windowSize: 1 });
    const outcome = transceiver.submit(textTo('+4915110000002'));
    const waiting = transceiver.submit(textTo('+4915110000003'));
    await expect(waiting).rejects.toMatchObject({ name: 'SmppNotBoundError' });
    await until(() => peer.all('unbind_resp').length === 1);
    const [request] = peer.all('submit_sm');
    if (request) peer.answer(request, 0, { message_id: 'in time' });
    await expect(outcome).resolves.toEqual({ messageId: 'in time' });
    await until(() => smsc.peers.length === 2 && transceiver.state === 'bound');
  });

  it('lead to a new bind when the peer says that there is none', async () => {
    const smsc = await rawSmsc((pdu, peer) => {
      acceptBind(pdu, peer);
      if (pdu.command === 'submit_sm') peer.answer(pdu, 4);
    });
    const { transceiver } = await boundTo(smsc);
    await expect(transceiver.submit(textTo('+4915110000002'))).rejects.toMatchObject({ name: 'SmppStatusError', status: 4, kind: 'temporary' });
    await until(() => smsc.peers.length === 2 && transceiver.state === 'bound');
  });

  it('succeed with an empty id when the SMSC gives none', async () => {
    const smsc = await rawSmsc((pdu, peer) => {
      acceptBind(pdu, peer);
      if (pdu.command === 'submit_sm') peer.answer(pdu);
    });
    const { transceiver } = await boundTo(smsc);
    await expect(transceiver.submit(textTo('+4915110000002'))).resolves.toEqual({ messageId: '' });
  });
});
