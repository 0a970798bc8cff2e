import type { Clock } from '@cpm/runtime-ports';
import type { TimerScanner } from '@cpm/runtime-engine';

const SCAN_EVERY_MS = 250;

/** Scans for due timers of the owned partitions until it is stopped; a failed scan is reported and tried again. */
export class TimerLoop {
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;
  #succeededAt = performance.now();

  constructor(
    private readonly scanner: TimerScanner,
    private readonly ownedPartitions: () => readonly number[],
    private readonly clock: Clock,
    private readonly observe: { readonly injected: (lateMs: number) => void; readonly failed: (error: unknown) => void },
  ) {}

  start(): void {
    this.#running ??= this.#run();
  }

  /** Since the last scan that succeeded. ms */
  get ageMs(): number {
    return performance.now() - this.#succeededAt;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    for (;;) {
      await this.clock.sleep(SCAN_EVERY_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.scanner.scan(this.ownedPartitions(), this.clock.now(), this.observe.injected);
        this.#succeededAt = performance.now();
      } catch (error) {
        this.observe.failed(error);
      }
    }
  }
}
