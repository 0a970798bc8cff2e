import { setTimeout as pause } from 'node:timers/promises';

/** What was begun did not end in time; it may still end later. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';
}

/**
 * The work's outcome, if it comes in time. The driver of the database awaits for ever a command that it wrote to a socket
 * which the server had just closed: whoever does one thing after the other must not wait with it. @throws TimeLimitError
 */
export async function within<Value>(limitMs: number, work: Promise<Value>): Promise<Value> {
  const done = new AbortController();
  const limit = pause(limitMs, undefined, { signal: done.signal, ref: false }).then(
    () => { throw new TimeLimitError(`no end within ${limitMs} ms`); },
    () => work,
  );
  try {
    return await Promise.race([work, limit]);
  } finally {
    done.abort();
  }
}
