/** Units of work a second are messages to one recipient. */
export interface IntakeRateSettings {
  /** How long accepted work may wait for the slowest of those who carry it. */
  readonly targetMs: number;
  /** What is let in without any evidence that it is carried: the beginning of a slow start. A tenth of it is let in whatever happens. */
  readonly floorPerSecond: number;
}

/** Of the floor, also while nothing is carried at all: without it nothing would be measured again, and others may have caused the delay. */
const LEAST_SHARE = 0.1;
/** A delay below twice the target counts only when it stands for so long: a burst that drains is none. */
const STANDING_MS = 400;
/** Where no more is let in than the floor, one standstill of the process, or of others, looks the same: the delay has to stand. */
const STANDING_AT_FLOOR_MS = 2_000;
/** Of what was carried before: what came meanwhile has to be worked off as well. */
const FIRST_CUT = 0.5;
const CALM_MS = 5_000;
/** More than is carried may come at once by so much, without a refusal. */
const HEADROOM = 1.5;
/** Up to near the rate at which it became too much, and from there on. */
const FAST_GROWTH_PER_SECOND = 1;
const SLOW_GROWTH_PER_SECOND = 0.2;
const NEAR = 0.85;
const FORGOTTEN_PER_SECOND = 0.05;
const CALM_BURST_SECONDS = 0.25;
const LIMITED_BURST_SECONDS = 0.1;
const CARRIED_OVER_MS = 1_000;

/**
 * How much work is let in, from one observation after another of how long accepted work waits. What is known to be carried
 * may double at once; a standing delay (as in CoDel, RFC 8289) cuts the rate by as much as it is too long, once per round
 * trip; from then on it grows the slower, the nearer the delay comes to the target (as the gradient of
 * https://github.com/Netflix/concurrency-limits). Several replicas that see the same delay come to equal shares: each
 * loses in proportion to what it takes.
 */
export class IntakeRate {
  private perSecond: number;
  private tokens: number;
  private filledAt: number;
  private observedAt: number;
  private overSince: number | undefined;
  private cutAt = -Infinity;
  private cutFrom = 0;
  private pressedAt = -Infinity;
  private limited = false;
  private taken = 0;
  private refused = 0;
  /** Units a second that were let in of late, and those of them at which the delay was no longer than the target. */
  private carried = 0;
  private proven = 0;

  constructor(
    private readonly settings: IntakeRateSettings,
    private readonly now: () => number,
  ) {
    this.perSecond = settings.floorPerSecond;
    this.tokens = this.burst;
    this.filledAt = this.observedAt = now();
  }

  /** Whether accepted work has waited too long, and not all that comes is let in since. */
  get isLimited(): boolean {
    return this.limited;
  }

  /** Units a second that are let in at present. */
  get rate(): number {
    return this.perSecond;
  }

  /** Whether the next request would be refused. */
  get isClosed(): boolean {
    this.fill();
    return this.tokens < 1;
  }

  /** Lets a request in, or counts it as refused. */
  take(): boolean {
    if (this.isClosed) {
      this.refused += 1;
      return false;
    }
    this.charge(1);
    return true;
  }

  /** Work that was let in turned out to be more: those who come next wait for it. */
  charge(units: number): void {
    this.tokens -= units;
    this.taken += units;
  }

  /** Accepted work waits for so long now; called a few times a second. */
  observe(delayMs: number): void {
    this.fill();
    const now = this.now();
    const seconds = Math.max(1, now - this.observedAt) / 1_000;
    const weight = 1 - Math.exp((-seconds * 1_000) / CARRIED_OVER_MS);
    this.carried += (this.taken / seconds - this.carried) * weight;
    if (this.refused > 0) this.pressedAt = now;
    if (this.isTooLong(delayMs, now)) this.cut(delayMs, now);
    else if (delayMs <= this.settings.targetMs) this.grow(delayMs, now, seconds);
    this.observedAt = now;
    this.taken = 0;
    this.refused = 0;
  }

  private isTooLong(delayMs: number, now: number): boolean {
    if (delayMs <= this.settings.targetMs) {
      this.overSince = undefined;
      return false;
    }
    this.overSince ??= now;
    if (!this.limited && this.carried <= this.settings.floorPerSecond) return now - this.overSince >= STANDING_AT_FLOOR_MS;
    return delayMs > 2 * this.settings.targetMs || now - this.overSince >= STANDING_MS;
  }

  /** Once per round trip: what was let in before the last cut still waits. */
  private cut(delayMs: number, now: number): void {
    if (now - this.cutAt < Math.min(Math.max(STANDING_MS, delayMs), 2_000)) return;
    const share = this.limited ? Math.max(0.7, Math.sqrt(this.settings.targetMs / delayMs)) : FIRST_CUT;
    this.cutFrom = Math.min(this.perSecond, this.carried, this.limited ? Infinity : this.proven);
    this.perSecond = Math.max(this.least, this.cutFrom * share);
    this.tokens = Math.min(this.tokens, this.burst);
    this.cutAt = now;
    this.limited = true;
  }

  private grow(delayMs: number, now: number, seconds: number): void {
    const { targetMs, floorPerSecond } = this.settings;
    this.proven = this.carried;
    if (this.limited && now - Math.max(this.pressedAt, this.cutAt) >= CALM_MS) this.limited = false;
    if (!this.limited) this.perSecond = Math.max(floorPerSecond, HEADROOM * this.carried, this.perSecond * (1 - FORGOTTEN_PER_SECOND * seconds));
    else if (this.refused > 0) {
      const growth = this.perSecond < NEAR * this.cutFrom ? FAST_GROWTH_PER_SECOND : SLOW_GROWTH_PER_SECOND;
      this.perSecond += (this.least + this.perSecond * growth) * (1 - delayMs / targetMs) * seconds;
    }
  }

  private get least(): number {
    return Math.max(1, this.settings.floorPerSecond * LEAST_SHARE);
  }

  private get burst(): number {
    if (this.limited) return Math.max(this.least, this.perSecond * LIMITED_BURST_SECONDS);
    return Math.max(this.settings.floorPerSecond, this.perSecond * CALM_BURST_SECONDS);
  }

  private fill(): void {
    const now = this.now();
    this.tokens = Math.min(this.burst, this.tokens + (Math.max(0, now - this.filledAt) * this.perSecond) / 1_000);
    this.filledAt = now;
  }
}
