import { LRUCache } from 'lru-cache';
import { ProblemError } from './problem.js';

export interface RateLimit {
  readonly perSecond: number;
  /** How many may come at once after a pause. */
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** One token bucket per caller, of the callers seen last. */
export class RateLimiter {
  private readonly buckets: LRUCache<string, Bucket>;

  constructor(
    private readonly limit: RateLimit,
    private readonly now: () => number,
    callers = 100_000,
  ) {
    this.buckets = new LRUCache({ max: callers });
  }

  /** Counts one request of the caller. Throws a 429 problem that says when to come back. */
  admit(caller: string): void {
    const { perSecond, burst } = this.limit;
    const now = this.now();
    const bucket = this.buckets.get(caller) ?? { tokens: burst, filledAt: now };
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.filledAt) * perSecond) / 1000);
    bucket.filledAt = now;
    this.buckets.set(caller, bucket);
    if (bucket.tokens < 1) {
      throw new ProblemError(429, 'too-many-requests', `more than ${perSecond} requests in a second`, { headers: { 'retry-after': String(Math.ceil((1 - bucket.tokens) / perSecond)) } });
    }
    bucket.tokens -= 1;
  }

  /** Takes the last request of the caller back: it was not of the kind that is limited. */
  forgive(caller: string): void {
    const bucket = this.buckets.get(caller);
    if (bucket) bucket.tokens = Math.min(this.limit.burst, bucket.tokens + 1);
  }
}
