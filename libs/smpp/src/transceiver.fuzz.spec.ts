import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import type { SmppTransceiver } from './transceiver.js';
import { brokenFrames, chunkLengths, frames, fuzzRuns, inChunks } from './testing/pdu-arbitraries.js';
import { boundTo, closeAll, deliverSm, rawSmsc } from './testing/raw-smsc-fixture.js';
import { acceptBind, type RawPeer, type RawSmsc } from './testing/raw-smsc.js';
import { textTo } from './testing/transceiver-fixture.js';
import { until } from './testing/until.js';

const numRuns = fuzzRuns(50);
const QUICK = { reconnect: { minMs: 1, maxMs: 4 }, responseTimeoutMs: 150 };
/** Sequence number of the last delivery that showed whether a link still listens. */
let mark = 0x7000_0000;

afterEach(closeAll);

/** The link answered what came behind, or it is over and another one is bound. */
async function goesOn(transceiver: SmppTransceiver, smsc: RawSmsc, peer: RawPeer): Promise<'answered' | 'bound anew'> {
  const sequence = (mark += 1);
  if (!peer.closed) peer.socket.write(deliverSm(sequence));
  const answered = await until(() => peer.closed ? 'closed' : peer.received.some((pdu) => pdu.sequence === sequence && pdu.command === 'deliver_sm_resp') && 'answered');
  if (answered === 'answered') return 'answered';
  await until(() => transceiver.state === 'bound' && smsc.peers.at(-1) !== peer);
  return 'bound anew';
}

function newestPeer(smsc: RawSmsc): RawPeer {
  const peer = smsc.peers.at(-1);
  if (!peer) throw new Error('no peer');
  return peer;
}

function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

/** Earlier peers keep what they received: only the newest is of use. */
function forgetEarlier(smsc: RawSmsc): void {
  smsc.peers.splice(0, smsc.peers.length - 1).forEach(({ socket }) => socket.destroy());
  newestPeer(smsc).received.length = 0;
}

it('hears broken PDUs and goes on, with this link or the next', async () => {
  const smsc = await rawSmsc();
  const { transceiver } = await boundTo(smsc, QUICK);
  transceiver.onDeliver(() => Promise.resolve());
  transceiver.onAlert(() => Promise.resolve());
  const seen = { answered: 0, 'bound anew': 0 };
  const before = heapUsed();
  await fc.assert(fc.asyncProperty(fc.array(fc.oneof(frames, brokenFrames), { minLength: 1, maxLength: 5 }), chunkLengths, async (sent, lengths) => {
    forgetEarlier(smsc);
    const peer = newestPeer(smsc);
    for (const chunk of inChunks(Buffer.concat(sent), lengths)) if (!peer.closed) peer.socket.write(chunk);
    seen[await goesOn(transceiver, smsc, peer)] += 1;
  }), { numRuns });
  expect(Math.min(seen.answered, seen['bound anew'])).toBeGreaterThan(0);
  expect(transceiver.state).toBe('bound');
  expect(heapUsed() - before).toBeLessThan(20_000_000);
});

it('leaves a peer that does not speak SMPP, and keeps nothing of it', async () => {
  const smsc = await rawSmsc();
  const { transceiver } = await boundTo(smsc, QUICK);
  transceiver.onDeliver(() => Promise.resolve());
  const starts = fc.constantFrom(Buffer.alloc(0), Buffer.from('00989680', 'hex'), Buffer.from('ffffffff', 'hex'), Buffer.from('0000000f', 'hex'), Buffer.from('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  const noise = fc.tuple(starts, fc.uint8Array({ maxLength: 2_000 })).map(([start, rest]) => Buffer.concat([start, rest]));
  const before = heapUsed();
  await fc.assert(fc.asyncProperty(noise, chunkLengths, async (octets, lengths) => {
    forgetEarlier(smsc);
    const peer = newestPeer(smsc);
    // What the noise may have begun as a frame is completed by zeros, and more zeros are a frame of length 0.
    for (const chunk of [...inChunks(octets, lengths), Buffer.alloc(20_000)]) if (!peer.closed) peer.socket.write(chunk);
    await until(() => peer.closed);
    await until(() => transceiver.state === 'bound' && smsc.peers.at(-1) !== peer);
  }), { numRuns });
  expect(heapUsed() - before).toBeLessThan(20_000_000);
});

it('has of every submission an outcome that it declares, whatever the answer', async () => {
  let answer: Buffer = Buffer.alloc(0);
  const smsc = await rawSmsc((pdu, peer) => {
    acceptBind(pdu, peer);
    if (pdu.command !== 'submit_sm') return;
    const octets = Buffer.from(answer);
    octets.writeUInt32BE(pdu.sequence, 12);
    peer.socket.write(octets);
  });
  const { transceiver } = await boundTo(smsc, QUICK);
  transceiver.onDeliver(() => Promise.resolve());
  const responses = fc.oneof(frames, brokenFrames, brokenFrames).map((frame) => {
    // An unbind is answered by another test; here most answers are to be one.
    const octets = Buffer.from(frame);
    if (octets.readUInt32BE(4) < 0x8000_0000) octets.writeUInt32BE(0x8000_0004, 4);
    return octets;
  });
  const outcomes = new Map<string, number>();
  await fc.assert(fc.asyncProperty(fc.oneof(responses, frames), async (octets) => {
    forgetEarlier(smsc);
    const peer = newestPeer(smsc);
    answer = octets;
    const outcome = await transceiver.submit(textTo('+4915110000002')).then(() => 'accepted', (error: unknown) => (error as Error).name);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    await goesOn(transceiver, smsc, peer);
    expect(['accepted', 'SmppStatusError', 'SmppOutcomeUnknownError', 'SmppNotBoundError']).toContain(outcome);
  }), { numRuns });
  expect(outcomes.size).toBeGreaterThanOrEqual(3);
  expect(transceiver.windowUsed).toBe(0);
});
