/** How many submissions may be unanswered: halved when the SMSC throttles, one more for each round that it takes (as TCP does, RFC 5681 section 3.1). */
export class CongestionWindow {
  #size: number;

  constructor(private readonly most: number) {
    this.#size = most;
  }

  /** At least 1. */
  get size(): number {
    return Math.max(1, Math.floor(this.#size));
  }

  throttled(): void {
    this.#size = Math.max(1, this.#size / 2);
  }

  accepted(): void {
    this.#size = Math.min(this.most, this.#size + 1 / this.#size);
  }
}
