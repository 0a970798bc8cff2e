interface Waiting<Input, Output> {
  readonly input: Input;
  readonly resolve: (output: Output) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes one request of many calls: those that come while one is under way share the next. So the database has one
 * to commit for hundreds of short messages, and a slow commit makes the next request larger instead of the line longer.
 */
export class SharedCalls<Input, Output> {
  readonly #waiting: Waiting<Input, Output>[] = [];
  #isRunning = false;

  /** `request` answers its inputs in their order; `limit` is how many it may be given. */
  constructor(
    private readonly request: (inputs: readonly Input[]) => Promise<readonly Output[]>,
    private readonly limit = 500,
  ) {}

  /** Settles as the request does that this call is part of; it is made after the call. */
  call(input: Input): Promise<Output> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ input, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // Calls of the same turn of the event loop share the first request.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const calls = this.#waiting.splice(0, this.limit);
      try {
        const outputs = await this.request(calls.map(({ input }) => input));
        calls.forEach(({ resolve }, at) => resolve(outputs[at] as Output));
      } catch (error) {
        for (const { reject } of calls) reject(error);
      }
    }
    this.#isRunning = false;
  }
}
