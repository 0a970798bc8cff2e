import type { Clock } from '@cpm/runtime-ports';

export interface LivenessLimits {
  /** Without a sign from the group's coordinator for so long the consumer is not ready. */
  readonly unconfirmedMs: number;
  /** Without any sign of its own activity for so long the consumer is wedged. */
  readonly inactiveMs: number;
}

export type Liveness = 'confirmed' | 'unconfirmed' | 'wedged';

const CHECK_MS = 1_000;

/** Watches a consumer that may stop without a word: known hangs of kafkajs leave the process alive and idle. */
export class LivenessWatch {
  private activeAt: number;
  private confirmedAt: number;
  private known: Liveness = 'confirmed';

  constructor(
    private readonly clock: Clock,
    private readonly limits: LivenessLimits,
    private readonly onChange: (liveness: Liveness) => void,
  ) {
    this.activeAt = this.confirmedAt = clock.now();
  }

  /** It did something: asked for records, tried to connect, ended a batch. */
  readonly active = (): void => {
    this.activeAt = this.clock.now();
  };

  /** The coordinator counts it as a member. */
  readonly confirmed = (): void => {
    this.activeAt = this.confirmedAt = this.clock.now();
  };

  /** Checks every second until the signal; resolves then. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.clock.sleep(CHECK_MS, signal).catch(() => undefined);
      if (!signal.aborted) this.check();
    }
  }

  private check(): void {
    const now = this.clock.now();
    const wedged = now - this.activeAt > this.limits.inactiveMs;
    const liveness = wedged ? 'wedged' : now - this.confirmedAt > this.limits.unconfirmedMs ? 'unconfirmed' : 'confirmed';
    if (liveness === this.known) return;
    this.known = liveness;
    this.onChange(liveness);
  }
}
