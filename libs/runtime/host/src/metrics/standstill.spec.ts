import { Standstill } from './standstill.js';

const at = (partition: number, committed: number, end: number) => ({ partition, committed, end });

it('is how long a partition has records and commits none, of the one that stands still longest', () => {
  const standstill = new Standstill();
  expect(standstill.observe(0, [at(0, 5, 9), at(1, 0, 3)])).toBe(0);
  expect(standstill.observe(60_000, [at(0, 5, 20), at(1, 2, 30)])).toBe(60_000);
  expect(standstill.observe(90_000, [at(0, 6, 20), at(1, 2, 30)])).toBe(30_000);
});

it('is nothing where all is committed, and nothing is left of a partition that went to another owner', () => {
  const standstill = new Standstill();
  standstill.observe(0, [at(0, 5, 9)]);
  expect(standstill.observe(60_000, [at(0, 9, 9)])).toBe(0);
  standstill.observe(60_000, [at(1, 5, 9)]);
  expect(standstill.observe(90_000, [])).toBe(0);
  expect(standstill.observe(99_000, [at(1, 5, 9)])).toBe(0);
});
