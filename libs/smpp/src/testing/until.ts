import { setTimeout as pause } from 'node:timers/promises';

/** Resolves with the first value that is neither undefined nor false; rejects when none came in `limitMs`. */
export async function until<T>(look: () => T | undefined | false, limitMs = 4_000): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const seen = look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > deadline) throw new Error(`not seen in ${limitMs} ms: ${String(look)}`);
    await pause(2);
  }
}
