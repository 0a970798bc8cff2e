const SLICE_MS = 1_000;
const SLICES = 10;
/** Fewer answers say nothing of a share. */
const LEAST_ANSWERS = 10;
const TOO_MUCH = 0.2;

interface Slice {
  readonly startedAt: number;
  answers: number;
  full: number;
}

/** How many of the last 10 s' answers were "message queue full": a few speak of one recipient, a fifth of them of the SMSC. */
export class QueueFullShare {
  #slices: Slice[] = [];

  constructor(private readonly now: () => number) {}

  /** Notes an answer; true when it is one too many. */
  isTooMuch(isQueueFull: boolean): boolean {
    const now = this.now();
    this.#slices = this.#slices.filter(({ startedAt }) => now - startedAt < SLICE_MS * SLICES);
    const slice = this.#current(now);
    slice.answers += 1;
    if (isQueueFull) slice.full += 1;
    const answers = this.#slices.reduce((sum, one) => sum + one.answers, 0);
    const full = this.#slices.reduce((sum, one) => sum + one.full, 0);
    return isQueueFull && answers >= LEAST_ANSWERS && full / answers > TOO_MUCH;
  }

  #current(now: number): Slice {
    const last = this.#slices.at(-1);
    if (last && now - last.startedAt < SLICE_MS) return last;
    const slice = { startedAt: now, answers: 0, full: 0 };
    this.#slices.push(slice);
    return slice;
  }
}
