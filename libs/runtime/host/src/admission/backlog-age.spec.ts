import fc from 'fast-check';
import { BacklogAge } from './backlog-age.js';

const at = (committed: number, end: number, service = 'routing', partition = 0) => ({ service, partition, committed, end });

it('is nothing where all is committed', () => {
  const age = new BacklogAge();
  expect(age.observe(0, [at(0, 0)])).toBe(0);
  expect(age.observe(250, [at(5_000, 5_000)])).toBe(0);
});

it('is the time since the oldest record that waits was appended, read off the offsets', () => {
  const age = new BacklogAge();
  // 1,000 records a second come, and what came 600 ms ago is committed.
  let seen = 0;
  for (let now = 0; now <= 5_000; now += 250) seen = age.observe(now, [at(Math.max(0, now - 600), now)]);
  expect(seen).toBeCloseTo(600, -1);
});

it('is not the time since the last reading, when that was long ago because nothing happened', () => {
  const age = new BacklogAge();
  age.observe(0, [at(0, 0)]);
  expect(age.observe(2_000, [at(0, 500)])).toBe(500);
  expect(age.observe(2_500, [at(0, 500)])).toBe(1_000);
});

it('is that of the service that is furthest behind, and of its partition', () => {
  const age = new BacklogAge();
  let seen = 0;
  for (let now = 0; now <= 5_000; now += 250) {
    seen = age.observe(now, [at(now, now), at(Math.max(0, now - 300), now, 'routing', 1), at(Math.max(0, now - 900), now, 'client-edge')]);
  }
  expect(seen).toBeCloseTo(900, -1);
});

it('does not count a few records, whose consumer has just left its group', () => {
  const age = new BacklogAge();
  for (let now = 0; now <= 20_000; now += 250) expect(age.observe(now, [at(0, 40)])).toBe(0);
});

it('does not count a service that is down while the log has room for what it misses, and does when it is up again', () => {
  const age = new BacklogAge();
  let seen: number[] = [];
  for (let now = 0; now <= 20_000; now += 250) seen = [...seen, age.observe(now, [at(0, 100 + now / 10)])];
  expect(seen.slice(2, 10).every((one) => one > 0)).toBe(true);
  expect(seen.slice(20).every((one) => one === 0)).toBe(true);
  expect(age.observe(20_250, [at(50, 2_200)])).toBeGreaterThan(10_000);
});

it('counts a service that is down once it misses more than it could work off in minutes', () => {
  const age = new BacklogAge();
  let seen = 0;
  for (let now = 0; now <= 20_000; now += 250) seen = age.observe(now, [at(0, 10 * now)]);
  expect(seen).toBeGreaterThan(10_000);
});

it('is never longer than since it was first read, nor negative, whatever the offsets do', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(500), fc.nat(1_000), fc.nat(1_000))), (steps) => {
    const age = new BacklogAge();
    let [now, end, committed] = [0, 0, 0];
    for (const [ms, appended, done] of steps) {
      now += ms;
      end += appended;
      committed = Math.min(end, committed + done);
      const seen = age.observe(now, [at(committed, end)]);
      expect(seen).toBeGreaterThanOrEqual(0);
      expect(seen).toBeLessThanOrEqual(now);
    }
  }));
});
