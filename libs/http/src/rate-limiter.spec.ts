import type { ProblemError } from './problem.js';
import { RateLimiter } from './rate-limiter.js';

const admitted = (limiter: RateLimiter, caller: string, times: number) =>
  Array.from({ length: times }, () => {
    try {
      limiter.admit(caller);
      return 'in';
    } catch (error) {
      return (error as ProblemError).status;
    }
  });

it('admits a burst, then what the rate allows, per caller', () => {
  let now = 0;
  const limiter = new RateLimiter({ perSecond: 2, burst: 3 }, () => now);
  expect(admitted(limiter, 'a', 4)).toEqual(['in', 'in', 'in', 429]);
  expect(admitted(limiter, 'b', 1)).toEqual(['in']);
  now = 500;
  expect(admitted(limiter, 'a', 2)).toEqual(['in', 429]);
  now = 60_000;
  expect(admitted(limiter, 'a', 4)).toEqual(['in', 'in', 'in', 429]);
});
