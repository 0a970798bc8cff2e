import { setTimeout as sleep } from 'node:timers/promises';
import { ConsumerLag } from '../chaos/consumer-lag.js';

const EVERY_MS = 500;

/** How far the consumers were behind over some time. */
export interface Lag {
  readonly median: number;
  readonly most: number;
}

/** Looks all the time at how far the consumers are behind. Figures are in records, of all services together. */
export class LagWatch {
  #now = 0;
  #seen: number[] = [];
  #isOver = false;
  readonly #watching: Promise<void>;

  private constructor(private readonly lag: ConsumerLag) {
    this.#watching = this.#watch();
  }

  /** @throws when the brokers do not answer */
  static async of(brokers: string): Promise<LagWatch> {
    return new LagWatch(await ConsumerLag.of(brokers));
  }

  get now(): number {
    return this.#now;
  }

  /** Since it was last asked for. */
  take(): Lag {
    const seen = this.#seen.sort((a, b) => a - b);
    this.#seen = [];
    return { median: seen[Math.floor(seen.length / 2)] ?? this.#now, most: seen.at(-1) ?? this.#now };
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#watching;
    await this.lag.close();
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      // A broker that does not answer for a moment is asked again.
      this.#now = await this.lag.records().catch(() => this.#now);
      this.#seen.push(this.#now);
      await sleep(EVERY_MS);
    }
  }
}
