import type { PartitionBatch } from '@cpm/runtime-ports';

/** Cuts batches after their first `count` records: what was handled, and what is left, which goes on where that was committed. */
export function splitBatches(batches: readonly PartitionBatch[], count: number): { handled: readonly PartitionBatch[]; rest: readonly PartitionBatch[] } {
  const handled: PartitionBatch[] = [];
  const rest: PartitionBatch[] = [];
  let left = count;
  for (const batch of batches) {
    const done = batch.records.slice(0, left);
    const open = batch.records.slice(done.length);
    left -= done.length;
    if (done.length > 0) handled.push({ ...batch, records: done });
    const [next] = open;
    if (next) rest.push({ ...batch, committed: done.length > 0 ? next.offset : batch.committed, records: open });
  }
  return { handled, rest };
}
