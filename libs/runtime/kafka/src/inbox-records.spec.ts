import { inboxRecords, partitioning } from './inbox-records.js';

const ANN = 'tel:+4915110000001';
const partitionOf = partitioning(6);
const bytes = (text: string | null) => (text === null ? null : Buffer.from(text, 'latin1'));
const fetched = (key: string | null, value: string | null, partition = partitionOf(key ?? '')) =>
  inboxRecords(partition, [{ offset: '7', timestamp: '9', key: bytes(key), value: bytes(value), attributes: 0, headers: {} } as never], partitionOf);

it('hands a record over as it is, whatever its headers say', () => {
  expect(fetched(ANN, '{}')).toEqual([{ partition: partitionOf(ANN), offset: 7, timestamp: 9, key: ANN, value: '{}' }]);
});

it.each<[string, string | null, string | null, string]>([
  ['a tombstone', ANN, null, 'value: is missing'], ['a record without a key', null, '{}', 'key: is missing'], ['a record with an empty key', '', '{}', 'key: is missing'],
  ['a value that is not UTF-8', ANN, '"\xff"', 'value: is not UTF-8'], ['a key that is not UTF-8', 'tel:\xff', '{}', 'key: is not UTF-8'],
])('marks %s', (_, key, value, fault) => expect(fetched(key, value)).toMatchObject([{ fault }]));

it('marks a record in a partition where its key does not belong', () => {
  const wrong = (partitionOf(ANN) + 1) % 6;
  expect(fetched(ANN, '{}', wrong)).toMatchObject([{ partition: wrong, fault: 'key: does not belong into this partition' }]);
});
