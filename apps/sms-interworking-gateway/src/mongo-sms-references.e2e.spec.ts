import { collectionOf, connectMongo } from '@cpm/runtime-mongo';
import type { DeliveryReceipt, SubmitSm } from '@cpm/smpp';
import { startMongo, type MongoService } from '@cpm/testing-containers';
import type { Connection } from 'mongoose';
import { MongoSmsReferences } from './mongo-sms-references.js';
import { Receipts } from './receipts.js';
import { RecordedIngress } from './testing/recorded-ingress.js';

const smsc = { id: 'smsc', idFormat: 'auto' } as const;
const address = { ton: 1, npi: 1, address: '4915110000002' };
const reference = { user: 'tel:+4915110000002', smsId: 'tel:+4915110000002|m1', attempt: 1, segmentId: '3b9aca01' };
const receipt: DeliveryReceipt = {
  kind: 'receipt', messageId: '1000000001', state: 'UNDELIVERABLE', stage: 'final', errorCode: '6', networkError: { networkType: 3, code: 6 }, userMessageReference: 4711,
  from: address, to: address, raw: { esmClass: 4, dataCoding: 0, body: Buffer.alloc(0) },
};
const segment = { destination: address, userMessageReference: 4711 } as SubmitSm;

let mongo: MongoService;
let connection: Connection;
let ingress: RecordedIngress;

beforeAll(async () => {
  mongo = await startMongo();
}, 60_000);
afterAll(() => mongo.stop());
beforeEach(async () => {
  connection = await connectMongo(mongo.uri, { driver: { dbName: 'sms-references' } });
  ingress = new RecordedIngress();
});
afterEach(async () => {
  await connection.dropDatabase();
  await connection.close();
});

/** One of several replicas. */
async function replica(): Promise<Receipts> {
  const references = new MongoSmsReferences(connection, () => 1_000);
  await references.ensureIndexes();
  return new Receipts(references, ingress, () => 1_000);
}

it('brings a receipt that one replica parked to the response that another one got, once, with its cause', async () => {
  const [one, other] = [await replica(), await replica()];
  expect([await one.take(smsc, receipt), await other.take(smsc, receipt)]).toEqual(['parked', 'parked']);
  await other.accepted(smsc, reference);
  await other.joinParked(smsc, reference);
  await one.joinParked(smsc, reference);
  expect(ingress.of('SmscReceipt')).toEqual([{ ...reference, state: 'UNDELIVERABLE', error: '6', cause: 'absent-subscriber', at: 1_000 }]);
  expect(await one.take({ ...smsc, id: 'another' }, receipt)).toBe('parked');
});

it('brings a receipt to a segment that was given up without a response, whichever replica hears it', async () => {
  const [one, other] = [await replica(), await replica()];
  const unanswered = { ...reference, segmentId: '', acceptedBefore: ['1'] };
  await one.givenUp('smsc', { segment, since: 0, reference: unanswered });
  expect(await other.take(smsc, { ...receipt, state: 'DELIVERED' })).toBe('reported');
  expect(ingress.published.map(({ type, payload }) => [type, payload['segmentIds'] ?? payload['segmentId']])).toEqual([['SmscAccepted', ['1', '1000000001']], ['SmscReceipt', '1000000001']]);
});

it('stores no number with a parked receipt', async () => {
  await (await replica()).take(smsc, receipt);
  const stored = await connection.collection(collectionOf('sms-interworking-gateway', 'parked-receipts')).find().toArray();
  expect(stored).toHaveLength(1);
  expect(JSON.stringify(stored)).not.toContain('15110000002');
});

it('finds by its reference what proves a segment, of the right SMSC, recipient and time', async () => {
  const [one, other] = [await replica(), await replica()];
  await one.take(smsc, receipt);
  const proven = (id: string, submitted: SubmitSm, since = 1_000) => other.provenId(id, { segment: submitted, since });
  expect(await proven('smsc', segment)).toBe('1000000001');
  expect(await proven('another', segment)).toBeUndefined();
  expect(await proven('smsc', { ...segment, userMessageReference: 4712 })).toBeUndefined();
  expect(await proven('smsc', { ...segment, destination: { ...address, address: '4915110000003' } })).toBeUndefined();
  expect(await proven('smsc', segment, 1_000_000)).toBeUndefined();
});
