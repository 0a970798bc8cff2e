import { Turns } from './turns.js';

it('lets no more than so many work at a time, and everyone in turn, also after one has failed', async () => {
  const turns = new Turns(2);
  const ends: (() => void)[] = [];
  const begun: number[] = [];
  const work = (number: number) => turns.take(() => {
    begun.push(number);
    return new Promise<void>((resolve, reject) => ends.push(number === 0 ? () => reject(new Error('failed')) : resolve));
  });
  const all = Promise.allSettled([0, 1, 2, 3].map(work));
  expect(begun).toEqual([0, 1]);
  ends[0]?.();
  await new Promise(setImmediate);
  expect(begun).toEqual([0, 1, 2]);
  ends.slice(1).forEach((end) => end());
  await new Promise(setImmediate);
  ends.at(-1)?.();
  expect((await all).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  expect(begun).toEqual([0, 1, 2, 3]);
});
