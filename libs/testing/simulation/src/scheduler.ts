import type fc from 'fast-check';

/**
 * Puts fast-check's scheduler in charge of what happens next: every port call waits for its turn here.
 * `pending` counts waiting calls, so that the driver knows when the world has come to rest.
 */
export class Steps {
  private taken = 0;

  constructor(private readonly scheduler: fc.Scheduler) {}

  get pending(): number {
    return this.scheduler.count();
  }

  get total(): number {
    return this.taken;
  }

  async turn(label: string): Promise<void> {
    await this.scheduler.schedule(Promise.resolve(), label);
  }

  /** Lets one waiting call go on and runs everything that follows from it up to the next waits. */
  async advance(): Promise<void> {
    this.taken += 1;
    await this.scheduler.waitNext(1);
    await this.settle();
  }

  /** Lets all running code reach its next wait: nothing here waits for more than promises, and a tick asked for by one comes after all of them. */
  async settle(): Promise<void> {
    await Promise.resolve();
    return new Promise((resolve) => process.nextTick(resolve));
  }
}
