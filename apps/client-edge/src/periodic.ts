import { Logger } from '@nestjs/common';
import { within } from '@cpm/runtime-mongo';

const TURN_LIMIT_MS = 30_000;

/** Does something again and again; a failure is logged and the next turn comes as usual, as it does when one takes too long. */
export class Periodic {
  private readonly logger = new Logger('periodic');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(
    private readonly name: string,
    private readonly everyMs: number,
    private readonly work: () => Promise<void> | void,
  ) {}

  start(): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      this.running = this.turn();
    }, this.everyMs);
  }

  /** Resolves when no turn is under way any more. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async turn(): Promise<void> {
    try {
      await within(TURN_LIMIT_MS, Promise.resolve(this.work()));
    } catch (error) {
      this.logger.warn(`${this.name} failed: ${(error as Error).name}`);
    }
    this.start();
  }
}
