/** A bucket fills in steps of this, so that a quiet bind may not burst into a second's worth at once. */
const BURST_MS = 100;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** From here on an SMSC calls itself close to congestion (SMPP 5.0, section 4.8.4.18: 80 to 89 is "optimum", 90 to 99 "nearing congestion"). */
const NEARING_CONGESTION = 90;
const CONGESTION_STEP_MS = 100;

/**
 * When the next submission may be written: a token bucket at the contracted rate, and pauses that the SMSC asks for. Written here
 * and not taken from npm (limiter 4.1.0, bottleneck 2.19.5): theirs run on their own timers and know no pause of a bucket.
 */
export class SubmitPace {
  #tokens: number;
  #filledAt: number;
  #pausedAt = Number.NEGATIVE_INFINITY;
  #freeAt = Number.NEGATIVE_INFINITY;
  /** Undefined: the next pause is a first one. */
  #nextPauseMs: number | undefined;
  readonly #capacity: number;

  /** `ratePerSec` may be Infinity; `now` is a clock in ms that never jumps. */
  constructor(
    private readonly ratePerSec: number,
    private readonly now: () => number,
  ) {
    this.#capacity = Math.max(1, (ratePerSec * BURST_MS) / 1_000);
    this.#tokens = this.#capacity;
    this.#filledAt = now();
  }

  /** Ms until a submission may be written; 0: at once. */
  delayMs(): number {
    const paused = this.#freeAt - this.now();
    if (paused > 0) return Math.ceil(paused);
    this.#fill();
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) * 1_000) / this.ratePerSec);
  }

  /** A submission is written. */
  take(): void {
    this.#fill();
    this.#tokens -= 1;
  }

  /**
   * The SMSC throttled what was written at `writtenAt`: nothing is written for `firstMs`, twice as long and so on up to 30 s, or
   * `firstMs` if that is longer, while it goes on. Returns the pause, 0 where the one that runs already speaks for the whole burst.
   */
  throttled(writtenAt: number, firstMs = FIRST_PAUSE_MS): number {
    if (writtenAt <= this.#pausedAt) return 0;
    const ms = this.#nextPauseMs ?? firstMs;
    this.#nextPauseMs = Math.max(firstMs, Math.min(ms * 2, LONGEST_PAUSE_MS));
    this.pauseFor(ms);
    return ms;
  }

  /** The SMSC took what was written at `writtenAt`: after that the next pause is a short one again. Returns the pause of a congested SMSC. */
  accepted(writtenAt: number, congestionState = 0): number {
    if (writtenAt > this.#pausedAt) this.#nextPauseMs = undefined;
    const ms = Math.max(0, congestionState - NEARING_CONGESTION + 1) * CONGESTION_STEP_MS;
    if (ms > 0) this.#freeAt = Math.max(this.#freeAt, this.now() + ms);
    return ms;
  }

  pauseFor(ms: number): void {
    this.#pausedAt = this.now();
    this.#freeAt = Math.max(this.#freeAt, this.#pausedAt + ms);
  }

  #fill(): void {
    const now = this.now();
    this.#tokens = this.ratePerSec === Infinity ? this.#capacity : Math.min(this.#capacity, this.#tokens + ((now - this.#filledAt) * this.ratePerSec) / 1_000);
    this.#filledAt = now;
  }
}
