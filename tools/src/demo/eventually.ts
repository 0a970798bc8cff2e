import { setTimeout as pause } from 'node:timers/promises';

/** Something that shall come about. */
export interface Awaited<Value> {
  /** A sentence that is true once it has. */
  readonly that: string;
  /** Undefined while it has not. */
  readonly probe: () => Promise<Value | undefined> | Value | undefined;
  /** What there is instead, for whoever asks why. */
  readonly instead: () => string;
  readonly withinMs?: number;
}

/** It did not come about in time. */
export class NotSeenError extends Error {
  override readonly name = 'NotSeenError';

  constructor(
    readonly awaited: string,
    readonly seen: string,
  ) {
    super(`${awaited}: ${seen}`);
  }
}

const WITHIN_MS = 20_000;
const POLL_MS = 40;

/** Looks until it has come about. @throws NotSeenError */
export async function eventually<Value>({ that, probe, instead, withinMs = WITHIN_MS }: Awaited<Value>): Promise<Value> {
  for (const deadline = Date.now() + withinMs; ;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new NotSeenError(that, `not within ${withinMs / 1_000} s; ${instead()}`);
    await pause(POLL_MS);
  }
}
