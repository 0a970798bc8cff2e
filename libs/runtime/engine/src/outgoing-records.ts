import type { ServiceName } from '@cpm/runtime-decider';
import type { OutboxEntry, OutgoingRecord, PartitionBatch } from '@cpm/runtime-ports';
import { deadLetterRecord } from './dead-letter.js';
import type { Poison } from './inbox-message.js';
import type { WorkingCopy } from './working-copy.js';

interface Decided {
  readonly copies: ReadonlyMap<string, WorkingCopy>;
  readonly poison: readonly Poison[];
}

/** Outputs of a batch in log order, those of an earlier run that may not have reached the log included. */
export function outgoingRecords(service: ServiceName, { copies, poison }: Decided, batches: readonly PartitionBatch[]): OutgoingRecord[] {
  const range = new Map(batches.map(({ partition, committed, records }) => [partition, { committed, end: (records.at(-1)?.offset ?? -1) + 1 }]));
  const partitionOf = new Map(batches.flatMap(({ partition, records }) => records.map(({ key }) => [key, partition] as const)));
  const entries: (OutboxEntry & { partition: number })[] = [];
  for (const copy of copies.values()) {
    const partition = partitionOf.get(copy.aggregate.ownerOf(copy.id));
    if (partition === undefined) continue;
    const { committed, end } = range.get(partition) as { committed: number; end: number };
    for (const entry of copy.owed(committed, end)) entries.push({ ...entry, partition });
    for (const entry of copy.produced) entries.push({ ...entry, partition });
  }
  entries.sort((a, b) => a.partition - b.partition || a.offset - b.offset || a.index - b.index);
  return [...entries.map(({ topic, key, value }) => ({ topic, key, value })), ...poison.map((letter) => deadLetterRecord(service, letter))];
}
