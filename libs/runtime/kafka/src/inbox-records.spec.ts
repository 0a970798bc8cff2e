import { createRequire } from 'node:module';
import { HEADERS_READ, limitHeaders } from './header-limit.js';
import { inboxRecords, partitioning } from './inbox-records.js';

const ANN = 'tel:+4915110000001';
const partitionOf = partitioning(6);
const bytes = (text: string | null) => (text === null ? null : Buffer.from(text, 'latin1'));
const fetched = (key: string | null, value: string | null, partition = partitionOf((key ?? '').slice(0, 100))) =>
  inboxRecords(partition, [{ offset: '7', timestamp: '9', key: bytes(key), value: bytes(value), attributes: 0, headers: {} } as never], partitionOf);

it('hands a record over as it is, whatever its headers say', () => {
  expect(fetched(ANN, '{}')).toEqual([{ partition: partitionOf(ANN), offset: 7, timestamp: 9, key: ANN, value: '{}' }]);
});

it.each<[string, string | null, string | null, string]>([
  ['a tombstone', ANN, null, 'value: is missing'], ['a record without a key', null, '{}', 'key: is missing'], ['a record with an empty key', '', '{}', 'key: is missing'],
  ['a value that is not UTF-8', ANN, '"\xff"', 'value: is not UTF-8'], ['a key that is no address by its length', `tel:${'1'.repeat(1_000_000)}`, '{}', 'key: has more than 1024 bytes'], ['a key that is not UTF-8', 'tel:\xff', '{}', 'key: is not UTF-8'],
])('marks %s', (_, key, value, fault) => expect(fetched(key, value)).toMatchObject([{ fault }]));

it('marks a record in a partition where its key does not belong', () => {
  const wrong = (partitionOf(ANN) + 1) % 6;
  expect(fetched(ANN, '{}', wrong)).toMatchObject([{ partition: wrong, fault: 'key: does not belong into this partition' }]);
});

/** The calls are counted, not timed: of the headers of a record kafkajs copies all once for each that it is handed. */
it('hands kafkajs a few headers only, however many a record has', async () => {
  limitHeaders();
  limitHeaders();
  const kafkajsOwn = createRequire(import.meta.url);
  const Decoder = kafkajsOwn('kafkajs/src/protocol/decoder') as new (buffer: Buffer) => object;
  const decode = kafkajsOwn('kafkajs/src/protocol/recordBatch/record/v0/decoder') as (decoder: object, context: object) => { value: Buffer; headers: Record<string, Buffer> };
  const encode = kafkajsOwn('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => { buffer: Buffer };
  const headers = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`header-${index}`, 'x']));
  const { buffer } = encode({ offsetDelta: 0, timestampDelta: 0, key: Buffer.from('k'), value: Buffer.from('v'), headers });
  const lengthBytes = buffer.findIndex((byte) => byte < 0x80) + 1;
  const record = decode(new Decoder(buffer.subarray(lengthBytes)), { firstOffset: '0', firstTimestamp: '0' });
  expect([record.value.toString(), Object.keys(record.headers).length]).toEqual(['v', HEADERS_READ]);
});
