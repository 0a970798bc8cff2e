import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { ContentStore } from '@cpm/runtime-content';
import type { UserEraser } from '@cpm/runtime-host';
import type { Clock } from '@cpm/runtime-ports';
import type { CpmAddress } from '@cpm/vocabulary';
import type { UpkeepRows } from './upkeep-rows.js';

const EVERY_MS = 600_000;
const AT_ONCE = 1_000;

/**
 * Lets contents expire that no object of any box names any more: texts too long for the log, and attachments of objects that devices
 * made. Each is looked after about once a month by two indexes of the rows, whoever removed the objects and why. Any number of replicas may do so.
 */
export class UnnamedContents implements OnApplicationBootstrap, BeforeApplicationShutdown, UserEraser {
  readonly #logger = new Logger('message-store-sync');
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    private readonly rows: UpkeepRows,
    private readonly contents: ContentStore,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.#running ??= this.#run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  /** What an erased user's objects name is looked at as soon as they are gone. */
  async forget(user: CpmAddress, between: () => Promise<void>): Promise<void> {
    for await (const ids of this.rows.contentsOf(user)) {
      await this.contents.askForReview(ids);
      await between();
    }
  }

  /** Looks at all that is due. */
  async review(): Promise<void> {
    for (let isFull = true; isFull && !this.#stopped.signal.aborted;) {
      const due = await this.contents.toReview(AT_ONCE);
      const names = await this.rows.contentsNamed(due);
      await this.contents.reviewed({ named: due.filter((id) => names.has(id)), unnamed: due.filter((id) => !names.has(id)) });
      isFull = due.length === AT_ONCE;
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    for (;;) {
      await this.clock.sleep(EVERY_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      await this.review().catch((error: unknown) => this.#logger.warn(`contents that nothing names are looked for later: ${(error as Error).message}`));
    }
  }
}
