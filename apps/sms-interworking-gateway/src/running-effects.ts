import type { Clock } from '@cpm/runtime-ports';

const RETELL_FIRST_MS = 100;
const RETELL_LAST_MS = 5_000;

export interface EffectEvents {
  /** What became of an effect could not be kept and is told again. */
  readonly retrying: (error: unknown) => void;
  /** An effect could not be carried out, most likely for its input; the log takes it for lost in its time. */
  readonly gaveUp: (error: unknown) => void;
}

/** Effects that were begun and are not waited for. */
export class RunningEffects {
  readonly #running = new Set<Promise<void>>();

  constructor(
    private readonly clock: Clock,
    private readonly events: EffectEvents,
  ) {}

  /** How many are running. */
  get count(): number {
    return this.#running.size;
  }

  begin(effect: () => Promise<void>): void {
    const running = (async () => effect())().catch(this.events.gaveUp).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Resolves when nothing is running any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** What became of an effect must reach the log: otherwise it would be done again. */
  async tell(tell: () => Promise<void>): Promise<void> {
    for (let waitMs = RETELL_FIRST_MS; ; waitMs = Math.min(waitMs * 2, RETELL_LAST_MS)) {
      try {
        await tell();
        return;
      } catch (error) {
        this.events.retrying(error);
        await this.clock.sleep(waitMs);
      }
    }
  }
}
