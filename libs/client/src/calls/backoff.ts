/** Waits that grow to a limit, each shortened at random so that many clients do not come back at once. Milliseconds. */
export class Backoff {
  private attempt = 0;

  constructor(
    private readonly firstMs: number,
    private readonly limitMs: number,
  ) {}

  next(): number {
    const longest = Math.min(this.limitMs, this.firstMs * 2 ** this.attempt);
    this.attempt += 1;
    return longest / 2 + (Math.random() * longest) / 2;
  }

  reset(): void {
    this.attempt = 0;
  }
}

/** No sooner than the server asks, and up to half as much later: it may have told many the same. */
export function asAsked(retryAfterMs: number | undefined): number {
  return (retryAfterMs ?? 0) * (1 + Math.random() / 2);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
