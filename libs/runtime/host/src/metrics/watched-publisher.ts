import type { OutgoingRecord, Publisher } from '@cpm/runtime-ports';

interface Watched {
  /** Monotonic, ms. */
  readonly now: () => number;
  /** Another object with each membership of the consumer: what waited in the last one may be somebody else's. */
  readonly turn: () => unknown;
  readonly failed: () => void;
}

/** Publishes what was written, and knows how long it has waited for that: from the first attempt on. */
export class WatchedPublisher implements Publisher {
  private waiting: { readonly since: number; readonly turn: unknown } | undefined;

  constructor(
    private readonly publisher: Publisher,
    private readonly watched: Watched,
  ) {}

  /** How long the oldest that was written waits; 0 where nothing does. ms */
  get waitedMs(): number {
    return this.waiting === undefined || this.waiting.turn !== this.watched.turn() ? 0 : this.watched.now() - this.waiting.since;
  }

  async publish(records: readonly OutgoingRecord[]): Promise<void> {
    const { now, turn, failed } = this.watched;
    if (this.waiting === undefined || this.waiting.turn !== turn()) this.waiting = { since: now(), turn: turn() };
    try {
      await this.publisher.publish(records);
      this.waiting = undefined;
    } catch (error) {
      failed();
      throw error;
    }
  }
}
