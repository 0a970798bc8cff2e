/** What is done one after the other along each lane, and beside one another on different ones. */
export class Lanes {
  readonly #lanes = new Map<string, (() => Promise<void>)[]>();
  #waiting = 0;

  constructor(private readonly failed: (lane: string, error: unknown) => void) {}

  /** What was handed over and is not done. */
  get waiting(): number {
    return this.#waiting;
  }

  run(lane: string, task: () => Promise<void>): void {
    this.#waiting += 1;
    const running = this.#lanes.get(lane);
    if (running) {
      running.push(task);
      return;
    }
    const tasks = [task];
    this.#lanes.set(lane, tasks);
    void this.#work(lane, tasks);
  }

  async #work(lane: string, tasks: (() => Promise<void>)[]): Promise<void> {
    for (let task = tasks.shift(); task; task = tasks.shift()) {
      await task().catch((error: unknown) => this.failed(lane, error));
      this.#waiting -= 1;
    }
    this.#lanes.delete(lane);
  }
}
