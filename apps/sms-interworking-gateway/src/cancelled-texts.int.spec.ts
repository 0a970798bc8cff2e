import { CancelSms, SubmitSms, SubmitUcn } from '@cpm/contracts-sms-interworking-gateway';
import { requirement } from '@cpm/runtime-decider';
import { STATUS, type ReceivedCancel } from '@cpm/smpp';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import { HostedGateway } from './testing/hosted-gateway.fixture.js';
import { untilWithin } from './testing/until.js';

const user = 'tel:+4915110000002' as CpmAddress;
const leg = { user, messageId: 'm1', sender: 'tel:+4915110000001' as CpmAddress, device: 'urn:uuid:00000000-0000-4000-8000-000000000002' as DeviceId, attempt: 1 };

const until = untilWithin(9_000);
let gateway: HostedGateway;
let cancelled: ReceivedCancel[];
let cancelStatus: number;
/** Of parts that the SMSC does not treat as the others. */
let cancelStatusOf: Record<string, number>;

beforeEach(async () => {
  cancelled = [];
  cancelStatus = STATUS.ok;
  cancelStatusOf = {};
  gateway = await HostedGateway.start({ onCancel: (cancel) => (cancelled.push(cancel), cancelStatusOf[cancel.messageId] ?? cancelStatus) });
});
afterEach(() => gateway.stop());

const told = () => gateway.platform.log.records('cpm.routing.inbox').map(({ value }) => (JSON.parse(value) as { data: { form: string; status: string } }).data).map(({ form, status }) => `${form} ${status}`);
const at = Date.now();
const withdraw = () => gateway.publish(CancelSms, { ...leg, reason: 'ip-available', at });

requirement('CPM-MLD-029', () => {
  it('a notification that the SMSC still has is taken back when IP is there first', async () => {
    await gateway.publish(SubmitUcn, { ...leg, contentType: 'image/jpeg', size: 50_000, expiresAt: at + 3_600_000, at });
    await until(() => told().length === 1);
    await withdraw();
    await until(() => told().length === 2);
    expect(told()).toEqual(['UCN submitted', 'UCN cancelled']);
    expect(cancelled).toMatchObject([{ messageId: '1', source: gateway.submitted[0]?.source }]);
  });
});

it('a text that the SMSC does not drop stays submitted, and its receipt decides', async () => {
  cancelStatus = STATUS.cancelFailed;
  await gateway.publish(SubmitSms, { ...leg, text: 'Hello', expiresAt: at + 3_600_000, at });
  await until(() => told().length === 1);
  await withdraw();
  await until(() => cancelled.length === 1);
  const [text] = gateway.submitted;
  if (!text) throw new Error('nothing was submitted');
  await gateway.server.sessions()[0]?.deliver({
    source: text.destination, destination: text.source, esmClass: 0x04, dataCoding: 0, shortMessage: Buffer.from('id:1 stat:DELIVRD err:000 text:'),
  });
  await until(() => told().length === 2);
  expect(told()).toEqual(['SMS submitted', 'SMS delivered']);
});

requirement('CPM-MLD-035', () => {
  const submitInParts = async () => {
    await gateway.publish(SubmitSms, { ...leg, text: 'x'.repeat(400), expiresAt: at + 3_600_000, at });
    await until(() => told().length === 1);
    expect(gateway.submitted).toHaveLength(3);
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
    await until(() => gateway.platform.log.records('cpm.sms-interworking-gateway.inbox').some(({ value }) => value.includes('SmscCancelled')));
    expect([told(), cancelled.length]).toEqual([['SMS submitted'], 1]);
  });
});
