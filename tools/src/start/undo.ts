/** Undoes in reverse what was done, each once, even when one of them fails. */
export class Undo {
  readonly #steps: (() => Promise<unknown>)[] = [];
  #undoing: Promise<void> = Promise.resolve();

  add(step: () => Promise<unknown>): void {
    this.#steps.push(step);
  }

  /** Whoever asks while it is under way waits for the same. */
  all(): Promise<void> {
    this.#undoing = this.#undoing.then(() => this.#each());
    return this.#undoing;
  }

  async #each(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) await step().catch((error: unknown) => console.error(error));
  }
}
