import { setTimeout as sleep } from 'node:timers/promises';
import { ConsumerLag } from '../chaos/consumer-lag.js';

const EVERY_MS = 500;

/** Looks all the time at how far the consumers are behind. Figures are in records, of all services together. */
export class LagWatch {
  #now = 0;
  #most = 0;
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

  /** The most since it was last asked for. */
  takeMost(): number {
    const most = this.#most;
    this.#most = this.#now;
    return most;
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
      this.#most = Math.max(this.#most, this.#now);
      await sleep(EVERY_MS);
    }
  }
}
