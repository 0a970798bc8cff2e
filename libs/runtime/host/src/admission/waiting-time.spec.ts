import type { PartitionBatch } from '@cpm/runtime-ports';
import { WaitingTime } from './waiting-time.js';

const batch = (appendedAt: number, records = 100): PartitionBatch[] => [{
  partition: 0, committed: 0, records: Array.from({ length: records }, (_, offset) => ({ partition: 0, offset, timestamp: appendedAt + offset, key: 'k', value: '' })),
}];

it('is how long the oldest record of a batch waited, and longer while the batch is in hand', () => {
  const waiting = new WaitingTime(() => 1_000);
  waiting.begin(100, batch(0));
  waiting.end();
  expect(waiting.read(200)).toBe(99);
  waiting.begin(1_000, batch(300));
  expect([waiting.read(1_000), waiting.read(1_500)]).toEqual([699, 1_199]);
  waiting.end();
  expect(waiting.read(2_000)).toBe(0);
});

it('is the longest of several batches since it was asked', () => {
  const waiting = new WaitingTime(() => 1_000);
  for (const [now, appendedAt] of [[100, 1], [600, 100], [700, 500]] as const) {
    waiting.begin(now, batch(appendedAt));
    waiting.end();
  }
  expect(waiting.read(800)).toBe(500);
});

it.each([-60_000, 60_000])('does not depend on a clock of the broker that is off by %s ms', (skew) => {
  const waiting = new WaitingTime(() => 1_000);
  waiting.begin(200 + skew, batch(101));
  waiting.end();
  waiting.read(300 + skew);
  waiting.begin(2_200 + skew, batch(1_000));
  expect(waiting.read(2_200 + skew)).toBe(1_200);
});

it('is nothing for a few records, whose consumer has just come', () => {
  const waiting = new WaitingTime(() => 3);
  waiting.begin(10, batch(0, 3));
  waiting.begin(9_000, batch(10, 3));
  expect(waiting.read(9_000)).toBe(0);
});
