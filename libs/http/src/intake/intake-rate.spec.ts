import fc from 'fast-check';
import { IntakeRate } from './intake-rate.js';
import { OverloadedQueue, percentile, type QueueSetting } from './overloaded-queue.fixture.js';

/** Uneven but repeatable: mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const settings = { targetMs: 200, floorPerSecond: 20 };
const queue = (seed: number, setting: Partial<QueueSetting> = {}) => new OverloadedQueue({ capacity: 300, observedEveryMs: 250, settings, random: seeded(seed), ...setting });

describe('the rate of intake', () => {
  it('refuses nothing while all is carried in time', () => {
    const played = queue(1);
    played.play({ seconds: 5, load: 0.6 });
    const calm = played.play({ seconds: 60, load: 0.6 });
    expect(calm.accepted).toBe(calm.offered);
  });

  it('holds accepted work to a bound at several times what is carried, uses what there is, and recovers when it ends', () => {
    fc.assert(fc.property(fc.integer(), fc.integer({ min: 200, max: 500 }), fc.double({ min: 2, max: 6, noNaN: true }), fc.integer({ min: 1, max: 4 }), (seed, capacity, load, replicas) => {
      const played = queue(seed, { capacity, replicas });
      played.play({ seconds: 20, load: 0.8 });
      const overload = played.play({ seconds: 60, load });
      const after = played.play({ seconds: 20, load: 0.5 });
      played.drain();
      expect(overload.sojourns).toHaveLength(overload.accepted);
      expect(percentile(overload.sojourns, 0.99)).toBeLessThan(2_500);
      expect(percentile(overload.sojourns, 0.95)).toBeLessThan(1_000);
      expect(overload.accepted).toBeGreaterThan(0.7 * capacity * 60);
      expect(after.longestBySecond.slice(5).every((longest) => longest < 500)).toBe(true);
      expect(after.accepted).toBeGreaterThan(0.85 * after.offered);
    }), { numRuns: 12 });
  });

  it('gives replicas that see nothing of one another like shares', () => {
    const { shares, accepted } = queue(7, { replicas: 4 }).play({ seconds: 60, load: 5 });
    for (const share of shares) expect(share / accepted).toBeCloseTo(0.25, 1);
  });

  it('never ceases to let something in, however long nothing is carried', () => {
    let now = 0;
    const rate = new IntakeRate(settings, () => now);
    const admitted: number[] = [];
    for (; now < 300_000; now += 100) {
      if (now % 500 === 0) rate.observe(now);
      if (rate.take()) admitted.push(now);
    }
    const gaps = admitted.slice(1).map((at, index) => at - (admitted[index] as number));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2_000);
    expect(admitted.filter((at) => at > 60_000).length).toBeLessThan(1_000);
  });

  it('does not take a short pause for overload', () => {
    let now = 0;
    const rate = new IntakeRate(settings, () => now);
    for (const delayMs of [0, 0, 300, 300, 0, 0]) {
      now += 250;
      rate.observe(delayMs);
    }
    expect(rate.isLimited).toBe(false);
  });

  it('does not take one standstill of a process that lets little in for overload, and does take what stands', () => {
    let now = 0;
    const rate = new IntakeRate(settings, () => now);
    const observe = (...delaysMs: readonly number[]) => {
      for (const delayMs of delaysMs) {
        now += 250;
        rate.take();
        rate.observe(delayMs);
      }
    };
    observe(0, 0, 1_300, 1_050, 800, 550, 300, 50, 0);
    expect(rate.isLimited).toBe(false);
    observe(1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000);
    expect(rate.isLimited).toBe(true);
  });

  it('lets a second of the least come at once, also while it is limited', () => {
    let now = 0;
    const rate = new IntakeRate(settings, () => now);
    for (; now < 10_000; now += 250) rate.observe(5_000);
    now += 2_000;
    expect([rate.take(), rate.take(), rate.take()]).toEqual([true, true, false]);
  });

  it('counts work that turned out to be more against those who come next', () => {
    let now = 0;
    const rate = new IntakeRate(settings, () => now);
    expect(rate.take()).toBe(true);
    rate.charge(255);
    expect(rate.take()).toBe(false);
    now += 13_000;
    expect(rate.take()).toBe(true);
  });
});
