import { SpokenRate } from './spoken-rate.js';

it('hears a burst at once, then makes a client wait as long as what it said takes at the rate', () => {
  let now = 0;
  const rate = new SpokenRate({ perSecond: 10, burst: 3 }, () => now);
  const say = (times: number) => Array.from({ length: times }, () => rate.heard());
  expect(say(5)).toEqual([0, 0, 0, 100, 200]);
  now = 200;
  expect(say(1)).toEqual([100]);
  now = 60_000;
  expect(say(4)).toEqual([0, 0, 0, 100]);
});
