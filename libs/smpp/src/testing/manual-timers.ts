import type { SmppTimers } from '../timers.js';

interface ManualTimer {
  readonly callback: () => void;
  readonly delayMs: number;
  readonly dueAt: number;
}

/** Timers that go off only when a test says so. */
export class ManualTimers implements SmppTimers {
  readonly pending = new Set<ManualTimer>();
  #now = 0;

  set(callback: () => void, delayMs: number): ManualTimer {
    const timer = { callback, delayMs, dueAt: this.#now + delayMs };
    this.pending.add(timer);
    return timer;
  }

  clear(timer: unknown): void {
    this.pending.delete(timer as ManualTimer);
  }

  now(): number {
    return this.#now;
  }

  delays(): number[] {
    return [...this.pending].map(({ delayMs }) => delayMs);
  }

  /** Lets every timer of exactly this delay go off. */
  fire(delayMs: number): void {
    for (const timer of [...this.pending]) {
      if (timer.delayMs === delayMs) this.#goOff(timer);
    }
  }

  /** Lets time pass, with every timer going off when it is due, those that others set on the way too. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.dueAt);
      this.#goOff(next);
    }
    this.#now = end;
  }

  #next(end: number): ManualTimer | undefined {
    return [...this.pending].filter(({ dueAt }) => dueAt <= end).sort((a, b) => a.dueAt - b.dueAt)[0];
  }

  #goOff(timer: ManualTimer): void {
    if (this.pending.delete(timer)) timer.callback();
  }
}
