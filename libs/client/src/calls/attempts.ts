import { asAsked, type Backoff } from './backoff.js';
import { CpmProblem } from './problem.js';

export interface AttemptsOptions {
  readonly attempt: () => Promise<void>;
  readonly failed: (error: unknown) => void;
  readonly backoff: Backoff;
}

/** Does something whenever it is asked for and there is a connection, one at a time, and again with growing waits when it failed. */
export class Attempts {
  private retry: ReturnType<typeof setTimeout> | undefined;
  private isOnline = false;
  private isRunning = false;
  private isWanted = false;

  constructor(private readonly options: AttemptsOptions) {}

  online(): void {
    this.isOnline = true;
    this.options.backoff.reset();
    this.stopWaiting();
    this.wake();
  }

  offline(): void {
    this.isOnline = false;
    this.stopWaiting();
  }

  /** What is asked for while it runs is done once after it; while it waits after a failure, it goes on waiting. */
  wake(): void {
    this.isWanted = true;
    if (!this.isRunning) void this.run();
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    while (this.isWanted && this.isOnline && this.retry === undefined) {
      this.isWanted = false;
      await this.options.attempt().then(() => this.options.backoff.reset(), (error: unknown) => this.comeBack(error));
    }
    this.isRunning = false;
  }

  private comeBack(error: unknown): void {
    this.isWanted = true;
    this.options.failed(error);
    if (!this.isOnline) return;
    const askedMs = error instanceof CpmProblem ? asAsked(error.retryAfterMs) : 0;
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.wake();
    }, Math.max(askedMs, this.options.backoff.next()));
  }

  private stopWaiting(): void {
    clearTimeout(this.retry);
    this.retry = undefined;
  }
}
