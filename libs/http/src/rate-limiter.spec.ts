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

it('counts no request that is forgiven, and never gives more than a burst', () => {
  const limiter = new RateLimiter({ perSecond: 1, burst: 2 }, () => 0);
  for (let round = 0; round < 5; round += 1) {
    expect(admitted(limiter, 'a', 1)).toEqual(['in']);
    limiter.forgive('a');
  }
  limiter.forgive('a');
  expect(admitted(limiter, 'a', 3)).toEqual(['in', 'in', 429]);
});
