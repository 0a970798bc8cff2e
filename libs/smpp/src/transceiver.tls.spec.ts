import { SmppServer } from './smpp-server.js';
import { selfSignedCertificate } from './testing/self-signed-certificate.js';
import { boundTransceiver, closeTransceivers, openTransceiver, textTo } from './testing/transceiver-fixture.js';
import { until } from './testing/until.js';

const { key, cert } = selfSignedCertificate();
const bindsSeen: string[] = [];
let server: SmppServer;
let port: number;

beforeAll(async () => {
  server = new SmppServer({
    port: 0,
    tls: { key, cert },
    authenticate: ({ systemId }) => (bindsSeen.push(systemId), 0),
    onSubmit: () => ({ kind: 'accept', messageId: 'over TLS' }),
  });
  ({ port } = await server.listen());
});

beforeEach(() => (bindsSeen.length = 0));
afterEach(closeTransceivers);
afterAll(() => server.close());

describe('SMPP over TLS', () => {
  it('binds to an SMSC whose certificate it trusts', async () => {
    const { transceiver } = await boundTransceiver({ url: `ssmpp://esme:secret@127.0.0.1:${port}`, tls: { ca: cert } });
    await expect(transceiver.submit(textTo('+4915110000002'))).resolves.toEqual({ messageId: 'over TLS' });
  });

  it('shows no credentials to one that it does not', async () => {
    const { transceiver, events } = openTransceiver({ url: `ssmpp://esme:secret@127.0.0.1:${port}` });
    await until(() => events.some((event) => event.type === 'reconnect-scheduled'));
    expect(events[0]).toEqual({ type: 'link-ended', reason: 'socket-error', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect([transceiver.state, bindsSeen]).toEqual(['unbound', []]);
  });

  it('does not bind where one side speaks no TLS', async () => {
    const { transceiver, events } = openTransceiver({ url: `smpp://esme:secret@127.0.0.1:${port}`, bindTimeoutMs: 100 });
    await until(() => events.some((event) => event.type === 'reconnect-scheduled'));
    expect([transceiver.state, bindsSeen]).toEqual(['unbound', []]);
  });
});
