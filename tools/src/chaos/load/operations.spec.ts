import { operations, type Cast, type Operation } from './operations.js';

const CAST: Cast = { talkers: 4, boxes: 2, texters: 3, members: 3, groups: 2 };

function first(count: number, seed: number): Operation[] {
  const all = operations(seed, CAST);
  return Array.from({ length: count }, () => all.next().value);
}

it('does the same for the same seed, and something else for another', () => {
  expect(first(100, 7)).toEqual(first(100, 7));
  expect(first(100, 7)).not.toEqual(first(100, 8));
});

it('does everything there is, and names nobody who is not there', () => {
  const done = first(5_000, 1);
  expect(new Set(done.map((one) => one.do))).toEqual(new Set(['write', 'text', 'say', 'invite', 'offer', 'edit', 'leave', 'network']));
  for (const one of done) {
    if (one.do === 'write' || one.do === 'invite' || one.do === 'offer') expect([one.from < 4, one.to < 4, one.from !== one.to]).toEqual([true, true, true]);
    if (one.do === 'text') expect([one.from < 4, one.to < 3]).toEqual([true, true]);
    if (one.do === 'say') expect([one.from < 3, one.group < 2]).toEqual([true, true]);
    if (one.do === 'edit') expect([one.who < 2, [1, 2].includes(one.device)]).toEqual([true, true]);
    if (one.do === 'leave') expect(one.index < (one.who === 'talker' ? 4 : 3) && one.device < (one.who === 'talker' ? 3 : 2)).toBe(true);
  }
});
