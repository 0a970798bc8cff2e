/** What was begun did not end in time; it may still end later. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';
}

/**
 * The work's outcome, if it comes in time. The driver of the database awaits for ever a command that it wrote to a socket
 * which the server had just closed: whoever does one thing after the other must not wait with it. @throws TimeLimitError
 */
export function within<Value>(limitMs: number, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new TimeLimitError(`no end within ${limitMs} ms`)), limitMs).unref();
    work.then(resolve, reject).finally(() => clearTimeout(limit));
  });
}
