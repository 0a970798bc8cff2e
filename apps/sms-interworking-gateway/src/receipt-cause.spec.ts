import type { DeliveryReceipt } from '@cpm/smpp';
import { requirement } from '@cpm/runtime-decider';
import { gatewayConfig } from './gateway-config.js';
import { causeOf } from './receipt-cause.js';

const address = { ton: 1, npi: 1, address: '4915110000002' };
const receipt = (more: Partial<DeliveryReceipt>): DeliveryReceipt =>
  ({ kind: 'receipt', messageId: '1', state: 'UNDELIVERABLE', stage: 'final', from: address, to: address, raw: { esmClass: 4, dataCoding: 0, body: Buffer.alloc(0) }, ...more });
const gsm = (code: number) => ({ errorCode: String(code), networkError: { networkType: 3, code } });

requirement('CPM-MLD-035', () => {
  it.each([
    ['absentSubscriberSM', gsm(6), 'absent-subscriber'],
    ['absentSubscriber', gsm(27), 'absent-subscriber'],
    ['callBarred', gsm(13), 'barred'],
    ['memory capacity exceeded', gsm(0xd3), 'memory-full'],
    ['SIM storage full', gsm(0xd0), 'memory-full'],
    ['a delivery failure of whatever kind', gsm(32), undefined],
    ['the same number in a network of another type', { errorCode: '6', networkError: { networkType: 2, code: 6 } }, undefined],
    ['the same number in the text', { errorCode: '6' }, undefined],
    ['no code', {}, undefined],
    ['a code of the SMSC that is configured', { errorCode: '045' }, 'absent-subscriber'],
    ['a delivery', { ...gsm(6), state: 'DELIVERED' }, undefined],
    ['a text on its way', { ...gsm(6), state: 'ENROUTE' }, undefined],
    ['an expiry', { ...gsm(6), state: 'EXPIRED' }, 'absent-subscriber'],
  ] as const)('%s', (_, more, cause) => {
    expect(causeOf(receipt(more), { '045': 'absent-subscriber' })).toBe(cause);
  });

  it('is what the operator says', () => {
    const { SMPP_ERROR_CAUSES } = gatewayConfig.parse({ SMPP_ERROR_CAUSES: '{"13":"absent-subscriber"}' });
    expect(causeOf(receipt(gsm(13)), SMPP_ERROR_CAUSES)).toBe('absent-subscriber');
  });

  it.each(['{', '{"1":"asleep"}', '{"a b":"barred"}', '[]'])('refuses %j by its name', (value) => {
    expect(gatewayConfig.safeParse({ SMPP_ERROR_CAUSES: value }).error?.issues[0]?.path[0]).toBe('SMPP_ERROR_CAUSES');
  });
});
