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

describe('a receipt that may name its text in another form', () => {
  const carol = { user: 'tel:+4915110000003', smsId: 'tel:+4915110000003|m2', attempt: 1, segmentId: 'a' };
  const own = { ...reference, segmentId: '10' };
  const ten = { ...receipt, messageId: '10' };

  it('waits for its own response while only another handset\'s text fits so', async () => {
    await receipts.accepted(smsc, carol);
    expect(await receipts.take(smsc, ten)).toBe('parked');
    await receipts.accepted(smsc, own);
    await receipts.joinParked(smsc, own);
    expect(published).toMatchObject([{ smsId: reference.smsId, segmentId: '10' }]);
  });

  it('is not joined by another handset\'s text that comes first', async () => {
    await receipts.take(smsc, ten);
    await receipts.accepted(smsc, carol);
    await receipts.joinParked(smsc, carol);
    expect(published).toEqual([]);
    await receipts.joinParked(smsc, own);
    expect(published).toMatchObject([{ smsId: reference.smsId }]);
  });

  it.each(['before', 'after'])('is joined by its handset\'s text %s the response', async (when) => {
    const mine = { ...reference, segmentId: 'A' };
    if (when === 'before') await receipts.take(smsc, ten);
    await receipts.accepted(smsc, mine);
    await receipts.joinParked(smsc, mine);
    if (when === 'after') await receipts.take(smsc, ten);
    expect(published).toMatchObject([{ smsId: reference.smsId, segmentId: 'A' }]);
  });

  it('is of its own handset\'s text where another one has the same id', async () => {
    await receipts.accepted(smsc, { ...carol, segmentId: '10' });
    await receipts.accepted(smsc, { ...reference, segmentId: 'a' });
    expect(await receipts.take(smsc, ten)).toBe('reported');
    expect(published).toMatchObject([{ smsId: reference.smsId, segmentId: 'a' }]);
  });
});

it.each([['of an SMSC whose clock is known by its done date too', 60, Date.UTC(2026, 0, 5, 11, 0, 59, 999)], ['of another one by its arrival alone', undefined, undefined]])('dates a receipt %s', async (_, utcOffsetMinutes, doneAt) => {
  await receipts.accepted(smsc, reference);
  await receipts.take({ ...smsc, utcOffsetMinutes }, { ...receipt, doneDate: '2601051200' });
  expect(published).toEqual([{ ...reference, state: 'DELIVERED', at: 0, ...(doneAt !== undefined && { doneAt }) }]);
});

it('keeps nothing of a parked receipt that shows a number', async () => {
  await receipts.take(smsc, { ...receipt, userMessageReference: 4711 });
  expect(JSON.stringify([...references.waiting])).not.toContain('15110000002');
});

it('tells of how many segments the text is: receipts of all of them stand for an answer that was lost', async () => {
  await receipts.accepted(smsc, { ...reference, segments: 2 });
  expect(await receipts.take(smsc, receipt)).toBe('reported');
  expect(published).toMatchObject([{ segmentId: '77', segments: 2 }]);
});
