import type { EventContract } from '@cpm/runtime-decider';
import type { DeliveryReceipt } from '@cpm/smpp';
import { Receipts } from './receipts.js';
import { InMemorySmsReferences } from './testing/in-memory-sms-references.js';

const reference = { user: 'tel:+4915110000002', smsId: 'tel:+4915110000002|m1', attempt: 1, segmentId: '77' };
const smsc = { id: 'smsc', idFormat: 'auto' } as const;
const address = { ton: 1, npi: 1, address: '4915110000002' };
const receipt: DeliveryReceipt = {
  kind: 'receipt', messageId: '77', state: 'DELIVERED', stage: 'final', from: address, to: address, raw: { esmClass: 4, dataCoding: 0, body: Buffer.alloc(0) },
};

let references: InMemorySmsReferences;
let published: unknown[];
let receipts: Receipts;

beforeEach(() => {
  references = new InMemorySmsReferences();
  published = [];
  const ingress = { publish: async <Payload>(_: EventContract<string, Payload>, payload: Payload) => void published.push(payload) };
  receipts = new Receipts(references, ingress, () => 0);
});

it('reports a receipt whose response arrives while it is being parked', async () => {
  const park = references.park.bind(references);
  references.park = async (...parked) => {
    await receipts.accepted(smsc, reference);
    await receipts.joinParked(smsc, reference);
    await park(...parked);
  };
  expect(await receipts.take(smsc, receipt)).toBe('reported');
  expect(published).toMatchObject([{ smsId: reference.smsId, segmentId: '77', state: 'DELIVERED' }]);
  expect(references.waiting.size).toBe(0);
});

it('keeps a parked receipt until the log has it', async () => {
  await receipts.take(smsc, receipt);
  const broken = new Receipts(references, { publish: () => Promise.reject(new Error('the log is away')) }, () => 0);
  await expect(broken.joinParked(smsc, reference)).rejects.toThrow('the log is away');
  await receipts.joinParked(smsc, reference);
  expect(published).toHaveLength(1);
});

it.each([['', 'DELIVERED'], ['77', 'UNREADABLE']] as const)('a receipt with id "%s" and state %s says nothing', async (messageId, state) => {
  expect(await receipts.take(smsc, { ...receipt, messageId, state })).toBe('unreadable');
});

it('joins a receipt only with what its own SMSC accepted: ids repeat between SMSCs', async () => {
  await receipts.accepted(smsc, reference);
  expect(await receipts.take({ id: 'other', idFormat: 'auto' }, receipt)).toBe('parked');
  await receipts.joinParked(smsc, reference);
  expect(published).toEqual([]);
});
