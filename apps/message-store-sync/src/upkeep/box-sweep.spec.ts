import { EMPTY_BOX, type SweepCutoff } from '@cpm/domain-message-store-sync';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import type { Boxes } from '../boxes.js';
import { BoxSweep } from './box-sweep.js';
import type { UpkeepRows } from './upkeep-rows.js';

const cutoff: SweepCutoff = { before: null, forgetBefore: 0, maxObjects: 1, maxBytes: 1, retentionDays: 0, tombstoneDays: 1 };

/** A box whose sweep `number` is under way, and how much is asked and said by one of number 3. */
async function sweep(number: number, running: boolean): Promise<{ asked: number; said: number }> {
  const counts = { asked: 0, said: 0 };
  const rows = { tombstones: async () => [], usage: async () => ({ objects: (counts.asked += 1), bytes: 0 }), oldest: async () => [], firstTombstone: async () => undefined } as unknown as UpkeepRows;
  const boxes = { of: async () => ({ ...EMPTY_BOX, sweep: { ...EMPTY_BOX.sweep, number, running } }) } as unknown as Boxes;
  const ingress = { publish: async () => void (counts.said += 1) } as unknown as Ingress;
  await new BoxSweep(rows, boxes, ingress, { now: () => 0 } as unknown as Clock).run({ user: 'tel:+4915110000001', number: 3, cutoff });
  return counts;
}

it('sweeps a box once, however long its turn was waited for', async () => {
  expect(await sweep(3, true)).toEqual({ asked: 1, said: 1 });
  expect(await sweep(4, true)).toEqual({ asked: 0, said: 0 });
  expect(await sweep(3, false)).toEqual({ asked: 0, said: 0 });
});
