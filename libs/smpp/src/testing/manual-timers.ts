import type { SmppTimers } from '../timers.js';

interface ManualTimer {
  readonly callback: () => void;
  readonly delayMs: number;
}

/** Timers that go off only when a test says so. */
export class ManualTimers implements SmppTimers {
  readonly pending = new Set<ManualTimer>();

  set(callback: () => void, delayMs: number): ManualTimer {
    const timer = { callback, delayMs };
    this.pending.add(timer);
    return timer;
  }

  clear(timer: unknown): void {
    this.pending.delete(timer as ManualTimer);
  }

  delays(): number[] {
    return [...this.pending].map(({ delayMs }) => delayMs);
  }

  /** Lets every timer of exactly this delay go off. */
  fire(delayMs: number): void {
    for (const timer of [...this.pending]) {
      if (timer.delayMs !== delayMs) continue;
      this.pending.delete(timer);
      timer.callback();
    }
  }
}
