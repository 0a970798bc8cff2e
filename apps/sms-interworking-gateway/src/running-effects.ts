import type { Clock } from '@cpm/runtime-ports';

const RETELL_FIRST_MS = 100;
const RETELL_LAST_MS = 5_000;

/** Effects that were begun and are not waited for. */
export class RunningEffects {
  readonly #running = new Set<Promise<void>>();

  constructor(
    private readonly clock: Clock,
    private readonly failed: (error: unknown) => void,
  ) {}

  begin(effect: () => Promise<void>): void {
    const running = effect().catch(this.failed).finally(() => this.#running.delete(running));
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
        this.failed(error);
        await this.clock.sleep(waitMs);
      }
    }
  }
}
