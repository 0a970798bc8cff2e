import { e164Address, SmppTransceiver, type SmppEvent } from '@cpm/smpp';
import { startJsmppTlsSimulator, tapWire } from '@cpm/testing-smsc-peers';
import { until } from './gateway.fixture.js';

type TlsSimulator = Awaited<ReturnType<typeof startJsmppTlsSimulator>>;

let peer: TlsSimulator;
const opened: SmppTransceiver[] = [];

beforeAll(async () => {
  peer = await startJsmppTlsSimulator();
}, 120_000);
// A connection that does not bind stands in the way of the next for 30 s.
beforeEach(() => peer.restart());
afterEach(() => Promise.all(opened.splice(0).map((transceiver) => transceiver.close())));
afterAll(() => peer.stop());

function open(url: string, ca?: string): { readonly transceiver: SmppTransceiver; readonly events: SmppEvent[] } {
  const events: SmppEvent[] = [];
  const transceiver = new SmppTransceiver({ url, observe: (event) => events.push(event), ...(ca !== undefined && { tls: { ca } }) });
  opened.push(transceiver);
  transceiver.onDeliver(async () => undefined);
  transceiver.start();
  return { transceiver, events };
}

const ends = (events: readonly SmppEvent[]) => events.filter(({ type }) => type === 'link-ended');

describe('JSMPP behind TLS', () => {
  it('is bound to where its certificate is pinned', async () => {
    const { transceiver } = open(peer.url, peer.certificate);
    await until(() => transceiver.state === 'bound', { peer });
    const { messageId } = await transceiver.submit({ source: e164Address('+4915110000001'), destination: e164Address('+4915110000002'), dataCoding: 0, esmClass: 0, shortMessage: Buffer.from('hi') });
    expect(messageId).toMatch(/^[0-9a-f]+$/);
  });

  it('is refused where nobody vouches for it, before a word of credentials', async () => {
    const tap = await tapWire(peer);
    try {
      const { transceiver, events } = open(tap.url);
      await until(() => ends(events).length > 0, { peer });
      expect(ends(events)[0]).toEqual({ type: 'link-ended', reason: 'socket-error', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
      expect([transceiver.state, tap.connections]).toEqual(['unbound', 1]);
    } finally {
      await tap.close();
    }
  });

  it('does not bind one who speaks without TLS, who says why and waits before he tries again', async () => {
    const { transceiver, events } = open(peer.url.replace('ssmpp:', 'smpp:'));
    await until(() => events.some(({ type }) => type === 'reconnect-scheduled'), { peer });
    expect(transceiver.state).toBe('unbound');
    expect(events).toMatchObject([{ type: 'link-ended', reason: 'peer-speaks-tls' }, { type: 'reconnect-scheduled' }]);
  });
});
