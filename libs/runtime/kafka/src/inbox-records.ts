import { isUtf8 } from 'node:buffer';
import type { InboxRecord } from '@cpm/runtime-ports';
import kafkajs, { type KafkaMessage } from 'kafkajs';

export type PartitionOf = (key: string) => number;

/** Where `KafkaPublisher` puts a key in a topic of so many partitions. */
export function partitioning(partitions: number): PartitionOf {
  const partitioner = kafkajs.Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({ partitionId, leader: 0, partitionErrorCode: 0, replicas: [], isr: [] }));
  return (key) => partitioner({ topic: '', partitionMetadata, message: { key, value: null } });
}

/** What was fetched from a partition, with what is wrong about it. */
export function inboxRecords(partition: number, messages: readonly KafkaMessage[], partitionOf?: PartitionOf): InboxRecord[] {
  return messages.map(({ offset, timestamp, key, value }) => {
    const record = { partition, offset: Number(offset), timestamp: Number(timestamp), key: key?.toString() ?? '', value: value?.toString() ?? '' };
    const fault = faultOf({ partition, key, value }, partitionOf);
    return fault === undefined ? record : { ...record, fault };
  });
}

/** Of a CPM Address, with room. */
const LONGEST_KEY = 1_024;

/** Where a user's records lie in two partitions neither has their order, and positions of one would hide records of the other. */
function faultOf({ partition, key, value }: { readonly partition: number } & Pick<KafkaMessage, 'key' | 'value'>, partitionOf?: PartitionOf): string | undefined {
  if (value === null) return 'value: is missing';
  if (key === null || key.length === 0) return 'key: is missing';
  // Before its partition is reckoned: kafkajs does that in a number that grows with the key.
  if (key.length > LONGEST_KEY) return `key: has more than ${LONGEST_KEY} bytes`;
  if (!isUtf8(value)) return 'value: is not UTF-8';
  if (!isUtf8(key)) return 'key: is not UTF-8';
  return partitionOf && partitionOf(key.toString()) !== partition ? 'key: does not belong into this partition' : undefined;
}
