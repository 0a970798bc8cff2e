import { CancelSms, SubmitSms, SubmitUcn } from '@cpm/contracts-sms-interworking-gateway';
import { requirement, type EventContract } from '@cpm/runtime-decider';
import { bootstrap, hostConfig, ingressOf, InMemoryPlatform, parseConfig, type RunningHost } from '@cpm/runtime-host';
import { testIdentityProvider, type TestIdentityProvider } from '@cpm/runtime-host/testing';
import type { Ingress } from '@cpm/runtime-ports';
import { SmppServer, STATUS, type ReceivedCancel, type ReceivedSubmit } from '@cpm/smpp';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import { gatewayModule } from './testing/gateway-module.js';
import { until } from './testing/several-smscs.fixture.js';

const user = 'tel:+4915110000002' as CpmAddress;
const leg = { user, messageId: 'm1', sender: 'tel:+4915110000001' as CpmAddress, device: 'urn:uuid:00000000-0000-4000-8000-000000000002' as DeviceId, attempt: 1 };

let identity: TestIdentityProvider;
let server: SmppServer;
let submitted: ReceivedSubmit[];
let cancelled: ReceivedCancel[];
let cancelStatus: number;
/** Of parts that the SMSC does not treat as the others. */
let cancelStatusOf: Record<string, number>;
let platform: InMemoryPlatform;
let host: RunningHost;

beforeEach(async () => {
  submitted = [];
  cancelled = [];
  cancelStatus = STATUS.ok;
  cancelStatusOf = {};
  server = new SmppServer({
    port: 0, authenticate: () => STATUS.ok,
    onSubmit: (submit) => ({ kind: 'accept', messageId: String(submitted.push(submit)) }),
    onCancel: (cancel) => (cancelled.push(cancel), cancelStatusOf[cancel.messageId] ?? cancelStatus),
  });
  const { port } = await server.listen();
  identity = await testIdentityProvider();
  platform = new InMemoryPlatform();
  const config = parseConfig(hostConfig, { HTTP_PORT: '0', HTTP_HOST: '127.0.0.1', CPM_JWKS_URL: identity.jwksUrl, LOG_LEVEL: 'silent' });
  host = await bootstrap([gatewayModule(`smpp://cpm:cpm@127.0.0.1:${port}`)], config, { platform });
  await until(() => server.sessions().length === 1);
});
afterEach(async () => {
  await host.close();
  await server.close();
  await identity.forget();
});

const publish = <Payload>(contract: EventContract<string, Payload>, payload: Payload) =>
  host.app.get<Ingress>(ingressOf('sms-interworking-gateway'), { strict: false }).publish(contract, payload);
const told = () => platform.log.records('cpm.routing.inbox').map(({ value }) => (JSON.parse(value) as { data: { form: string; status: string } }).data).map(({ form, status }) => `${form} ${status}`);
const at = Date.now();
const withdraw = () => publish(CancelSms, { ...leg, reason: 'ip-available', at });

requirement('CPM-MLD-029', () => {
  it('a notification that the SMSC still has is taken back when IP is there first', async () => {
    await publish(SubmitUcn, { ...leg, contentType: 'image/jpeg', size: 50_000, expiresAt: at + 3_600_000, at });
    await until(() => told().length === 1);
    await withdraw();
    await until(() => told().length === 2);
    expect(told()).toEqual(['UCN submitted', 'UCN cancelled']);
    expect(cancelled).toMatchObject([{ messageId: '1', source: submitted[0]?.source }]);
  });
});

it('a text that the SMSC does not drop stays submitted, and its receipt decides', async () => {
  cancelStatus = STATUS.cancelFailed;
  await publish(SubmitSms, { ...leg, text: 'Hello', expiresAt: at + 3_600_000, at });
  await until(() => told().length === 1);
  await withdraw();
  await until(() => cancelled.length === 1);
  const [text] = submitted;
  if (!text) throw new Error('nothing was submitted');
  await server.sessions()[0]?.deliver({
    source: text.destination, destination: text.source, esmClass: 0x04, dataCoding: 0, shortMessage: Buffer.from('id:1 stat:DELIVRD err:000 text:'),
  });
  await until(() => told().length === 2);
  expect(told()).toEqual(['SMS submitted', 'SMS delivered']);
});

requirement('CPM-MLD-035', () => {
  const submitInParts = async () => {
    await publish(SubmitSms, { ...leg, text: 'x'.repeat(400), expiresAt: at + 3_600_000, at });
    await until(() => told().length === 1);
    expect(submitted).toHaveLength(3);
    await withdraw();
  };

  it('a text that the SMSC dropped in part can never be whole: it is cancelled, and the other parts are dropped too', async () => {
    cancelStatusOf['2'] = STATUS.cancelFailed;
    await submitInParts();
    await until(() => told().length === 2);
    expect(told()).toEqual(['SMS submitted', 'SMS cancelled']);
    expect(cancelled.map(({ messageId }) => messageId)).toEqual(['1', '2', '3']);
  });

  it('a text whose first part the SMSC keeps stays whole', async () => {
    cancelStatusOf['1'] = STATUS.cancelFailed;
    await submitInParts();
    await until(() => cancelled.length === 1);
    await until(() => platform.log.records('cpm.sms-interworking-gateway.inbox').some(({ value }) => value.includes('SmscCancelled')));
    expect([told(), cancelled.length]).toEqual([['SMS submitted'], 1]);
  });
});
