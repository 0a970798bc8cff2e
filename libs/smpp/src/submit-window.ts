import { SmppNotBoundError } from './errors.js';
import type { SubmitPace } from './submit-pace.js';
import type { SmppTimers } from './timers.js';

/** What goes first: the rest of a text that was begun, then new ones; what takes back comes last. */
const RANKS = ['continuation', 'submission', 'cancellation'] as const;
export type Rank = (typeof RANKS)[number];

export interface Turn {
  readonly rank?: Rank;
  /** Asked when the turn comes; a continuation is wanted for as long as there is a link. */
  readonly isWanted?: () => boolean;
}

interface Waiter {
  readonly start: () => void;
  readonly reject: (error: Error) => void;
  readonly isWanted: () => boolean;
}

export interface SubmitWindowOptions {
  /** May change from one turn to the next. */
  readonly size: () => number;
  /** There are no more continuations than texts that were begun. */
  readonly maxWaiting: Readonly<Record<Exclude<Rank, 'continuation'>, number>>;
  readonly pace: SubmitPace;
  readonly timers: SmppTimers;
}

/** Lets at most `size()` requests be unanswered at a time, no faster than the pace; the others wait in order of rank and time, and nothing of them is written yet. */
export class SubmitWindow {
  #used = 0;
  readonly #lines: Readonly<Record<Rank, Waiter[]>> = { continuation: [], submission: [], cancellation: [] };
  #timer: unknown;
  #isClosing = false;

  constructor(private readonly options: SubmitWindowOptions) {}

  get used(): number {
    return this.#used;
  }

  /** Parts of texts that wait: cancellations come after them all and are no load. */
  get waiting(): number {
    return this.#lines.continuation.length + this.#lines.submission.length;
  }

  /** Runs `request` when its turn comes. Rejects with SmppNotBoundError when too many wait, it is not wanted any more by then, or `close` or `rejectWaiting` came first. */
  async run<T>(request: () => Promise<T>, turn: Turn = {}): Promise<T> {
    await this.#turn(turn);
    try {
      return await request();
    } finally {
      this.#used -= 1;
      this.#startNext();
    }
  }

  /** From now on only continuations have a turn. */
  close(): void {
    this.#isClosing = true;
    const closing = new SmppNotBoundError('closing');
    for (const rank of RANKS) if (rank !== 'continuation') this.#reject(rank, closing);
    this.#startNext();
  }

  rejectWaiting(error: SmppNotBoundError): void {
    this.options.timers.clear(this.#timer);
    for (const rank of RANKS) this.#reject(rank, error);
  }

  #reject(rank: Rank, error: SmppNotBoundError): void {
    for (const waiter of this.#lines[rank].splice(0)) waiter.reject(error);
  }

  #turn({ rank = 'submission', isWanted = () => true }: Turn): Promise<void> {
    const line = this.#lines[rank];
    const most = rank === 'continuation' ? Infinity : this.options.maxWaiting[rank];
    if (rank !== 'continuation' && this.#isClosing) return Promise.reject(new SmppNotBoundError('closing'));
    return new Promise((start, reject) => {
      const waiter = { start, reject, isWanted: rank === 'continuation' ? () => true : isWanted };
      line.push(waiter);
      this.#startNext();
      if (line.length > most && line.at(-1) === waiter) line.pop()?.reject(new SmppNotBoundError('queue-full'));
    });
  }

  /** Takes from the heads only, so that a newcomer cannot overtake within its rank. */
  #startNext(): void {
    const { size, pace, timers } = this.options;
    timers.clear(this.#timer);
    for (let line = this.#nextLine(); line && this.#used < size(); line = this.#nextLine()) {
      const delayMs = pace.delayMs();
      if (delayMs > 0) {
        this.#timer = timers.set(() => this.#startNext(), delayMs);
        return;
      }
      pace.take();
      this.#used += 1;
      line.shift()?.start();
    }
  }

  /** The line whose head is to start, after heads that nobody wants any more were given back. */
  #nextLine(): Waiter[] | undefined {
    for (const rank of RANKS) {
      const line = this.#lines[rank];
      while (line[0] && !line[0].isWanted()) line.shift()?.reject(new SmppNotBoundError('overdue'));
    }
    return RANKS.map((rank) => this.#lines[rank]).find(({ length }) => length > 0);
  }
}
