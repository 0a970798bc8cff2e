const PROGRESS_MS = 2_000;

/** Something that is done many times over: a line every two seconds, and how fast it was. */
export class Progress {
  done = 0;
  private readonly started = performance.now();
  private readonly timer = setInterval(() => console.log(`  ${this.what}: ${this.done} of ${this.total}, ${this.perSecond.toFixed(0)}/s`), PROGRESS_MS);

  constructor(
    private readonly what: string,
    private readonly total: number,
  ) {}

  get seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  get perSecond(): number {
    return this.done / this.seconds;
  }

  add(count: number): void {
    this.done += count;
  }

  /** Seconds since the start. @throws when not everything was done */
  end(): number {
    const { seconds } = this;
    clearInterval(this.timer);
    if (this.done !== this.total) throw new Error(`${this.what}: ${this.done} of ${this.total} were done`);
    return seconds;
  }
}
