import type { RateLimit } from '@cpm/http';

/** How much a client says on its stream: a bucket that may go below nothing, because what has come is heard. */
export class SpokenRate {
  private left: number;
  private filledAt: number;

  constructor(
    private readonly limit: RateLimit,
    private readonly now: () => number,
  ) {
    this.left = limit.burst;
    this.filledAt = now();
  }

  /** Counts one message; how long nothing more is to be heard after it, in milliseconds. */
  heard(): number {
    const { perSecond, burst } = this.limit;
    const now = this.now();
    this.left = Math.min(burst, this.left + (Math.max(0, now - this.filledAt) * perSecond) / 1_000) - 1;
    this.filledAt = now;
    return this.left >= 0 ? 0 : Math.ceil((-this.left / perSecond) * 1_000);
  }
}
