import type { OutgoingRecord } from '@cpm/runtime-ports';
import { WatchedPublisher } from './watched-publisher.js';

function watched() {
  const world = { now: 0, turn: [0] as unknown, failures: 0, isDown: false, sent: 0 };
  const publisher = new WatchedPublisher(
    { publish: async (records: readonly OutgoingRecord[]) => { if (world.isDown) throw new Error('no broker'); world.sent += records.length; } },
    { now: () => world.now, turn: () => world.turn, failed: () => (world.failures += 1) },
  );
  return { world, publisher };
}
const record = { topic: 't', key: 'k', value: 'v' };

it('knows how long what was written waits, over all attempts, until one succeeds', async () => {
  const { world, publisher } = watched();
  world.isDown = true;
  for (world.now of [1_000, 3_000]) await expect(publisher.publish([record])).rejects.toThrow('no broker');
  world.now = 31_000;
  expect([publisher.waitedMs, world.failures]).toEqual([30_000, 2]);
  world.isDown = false;
  await publisher.publish([record]);
  expect([publisher.waitedMs, world.sent]).toEqual([0, 1]);
});

it('says nothing of what waited in a membership that is over, and counts the next one from its own attempt', async () => {
  const { world, publisher } = watched();
  world.isDown = true;
  await expect(publisher.publish([record])).rejects.toThrow();
  world.turn = [1];
  world.now = 60_000;
  expect(publisher.waitedMs).toBe(0);
  await expect(publisher.publish([record])).rejects.toThrow();
  world.now = 61_000;
  expect(publisher.waitedMs).toBe(1_000);
});
