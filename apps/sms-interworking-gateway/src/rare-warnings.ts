import type { Clock } from '@cpm/runtime-ports';

const RARELY_MS = 60_000;

/** Warns of the same thing once a minute at most, however many texts it befalls. */
export class RareWarnings {
  readonly #warnedAt = new Map<string, number>();

  /** `warn` logs; what it is given are a few fixed texts. */
  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly warn: (what: string) => void,
  ) {}

  of(what: string): void {
    const now = this.clock.now();
    const sinceMs = now - (this.#warnedAt.get(what) ?? Number.NEGATIVE_INFINITY);
    // A clock that was set back must not silence it for longer.
    if (sinceMs >= 0 && sinceMs < RARELY_MS) return;
    this.#warnedAt.set(what, now);
    this.warn(what);
  }
}
