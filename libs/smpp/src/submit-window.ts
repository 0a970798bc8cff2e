import { SmppNotBoundError } from './errors.js';

interface Waiter {
  readonly start: () => void;
  readonly reject: (error: Error) => void;
}

/** Lets at most `size` submissions be unanswered at a time; the others wait in order, and nothing of them is written yet. */
export class SubmitWindow {
  #used = 0;
  readonly #waiting: Waiter[] = [];

  constructor(
    private readonly size: number,
    private readonly maxWaiting: number,
  ) {}

  get used(): number {
    return this.#used;
  }

  /** Runs `submission` when there is room. Rejects with SmppNotBoundError when too many wait or `rejectWaiting` came first. */
  async run<T>(submission: () => Promise<T>): Promise<T> {
    if (this.#used < this.size) this.#used += 1;
    else await this.#room();
    try {
      return await submission();
    } finally {
      this.#release();
    }
  }

  rejectWaiting(error: SmppNotBoundError): void {
    for (const waiter of this.#waiting.splice(0)) waiter.reject(error);
  }

  #room(): Promise<void> {
    if (this.#waiting.length >= this.maxWaiting) return Promise.reject(new SmppNotBoundError('queue-full'));
    return new Promise((start, reject) => this.#waiting.push({ start, reject }));
  }

  /** The place goes straight to the next in line, so that a newcomer cannot overtake it. */
  #release(): void {
    const next = this.#waiting.shift();
    if (next) next.start();
    else this.#used -= 1;
  }
}
