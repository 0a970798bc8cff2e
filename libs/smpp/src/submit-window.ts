import { SmppNotBoundError } from './errors.js';
import type { SubmitPace } from './submit-pace.js';
import type { SmppTimers } from './timers.js';

interface Waiter {
  readonly start: () => void;
  readonly reject: (error: Error) => void;
  readonly isWanted: () => boolean;
}

export interface SubmitWindowOptions {
  /** May change from one turn to the next. */
  readonly size: () => number;
  readonly maxWaiting: number;
  readonly pace: SubmitPace;
  readonly timers: SmppTimers;
}

/** Lets at most `size()` submissions be unanswered at a time, no faster than the pace; the others wait in order, and nothing of them is written yet. */
export class SubmitWindow {
  #used = 0;
  #waiting: Waiter[] = [];
  #timer: unknown;

  constructor(private readonly options: SubmitWindowOptions) {}

  get used(): number {
    return this.#used;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Runs `submission` when its turn comes. Rejects with SmppNotBoundError when too many wait, it is not wanted any more by then, or `rejectWaiting` came first. */
  async run<T>(submission: () => Promise<T>, isWanted: () => boolean = () => true): Promise<T> {
    await this.#turn(isWanted);
    try {
      return await submission();
    } finally {
      this.#used -= 1;
      this.#startNext();
    }
  }

  rejectWaiting(error: SmppNotBoundError): void {
    this.options.timers.clear(this.#timer);
    for (const waiter of this.#waiting.splice(0)) waiter.reject(error);
  }

  #turn(isWanted: () => boolean): Promise<void> {
    return new Promise((start, reject) => {
      const waiter = { start, reject, isWanted };
      this.#waiting.push(waiter);
      this.#startNext();
      if (this.#waiting.length > this.options.maxWaiting && this.#waiting.at(-1) === waiter) this.#waiting.pop()?.reject(new SmppNotBoundError('queue-full'));
    });
  }

  /** Takes from the head only, so that a newcomer cannot overtake. */
  #startNext(): void {
    const { size, pace, timers } = this.options;
    timers.clear(this.#timer);
    this.#dropOverdue();
    while (this.#waiting.length > 0 && this.#used < size()) {
      const delayMs = pace.delayMs();
      if (delayMs > 0) {
        this.#timer = timers.set(() => this.#startNext(), delayMs);
        return;
      }
      pace.take();
      this.#used += 1;
      this.#waiting.shift()?.start();
      this.#dropOverdue();
    }
  }

  #dropOverdue(): void {
    while (this.#waiting[0] && !this.#waiting[0].isWanted()) this.#waiting.shift()?.reject(new SmppNotBoundError('overdue'));
  }
}
