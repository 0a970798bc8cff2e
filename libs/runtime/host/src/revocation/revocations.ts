import { hash } from 'node:crypto';
import type { Clock } from '@cpm/runtime-ports';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';

/** A device, or with all of his devices a user, was removed. */
export interface Revocation {
  /** Hash of `user|device`, or of `user`. */
  readonly h: string;
  /** Epoch ms. */
  readonly at: number;
}

/** The device registry's list of what was removed lately. */
export interface RevocationLog {
  since(at: number): Promise<readonly Revocation[]>;
}

/** Who holds a token; `issuedAt` in epoch ms where that is known. */
export interface TokenHolder {
  readonly user?: CpmAddress;
  readonly device?: DeviceId;
  readonly issuedAt?: number | undefined;
}

interface Noticed {
  readonly at: number;
  /** How often a removal was noticed. */
  readonly times: number;
}

/** No token that counts is older: the longest life that can be configured. */
const REVOCATION_MEMORY_MS = 7 * 86_400_000;
const EVERY_MS = 1_000;
/** By when what was decided is written, and clocks differ. */
const LATE_MS = 60_000;

/** What was removed in the last seven days, at most a second after it was written while the database answers. */
export class Revocations {
  readonly #noticed = new Map<string, Noticed>();
  readonly #stopped = new AbortController();
  readonly #listeners = new Set<() => void>();
  #readUpTo: number;
  #polling: Promise<void> | undefined;

  constructor(
    private readonly log: RevocationLog,
    private readonly clock: Clock,
    private readonly failed: (error: unknown) => void = () => undefined,
  ) {
    this.#readUpTo = clock.now() - REVOCATION_MEMORY_MS;
  }

  /** Whether a device's token was issued before its device, or the user, was removed. One that does not say when it was issued counts as issued before. */
  covers({ user, device, issuedAt = 0 }: TokenHolder): boolean {
    // Tokens name whole seconds: one of the second of the removal may be of after it.
    return this.#of(user, device).some(({ at }) => issuedAt < Math.floor(at / 1_000) * 1_000);
  }

  /** How often it was noticed here that the device or its user was removed: what was learned of it at another count is out of date. */
  timesNoticed(user: CpmAddress, device: DeviceId): number {
    return this.#of(user, device).reduce((sum, { times }) => sum + times, 0);
  }

  /** Called whenever something more was removed; the result ends that. */
  onNews(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads once, then again every second until `stop`. */
  async start(): Promise<void> {
    await this.#read();
    this.#polling ??= this.#poll();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#polling;
  }

  #of(user: CpmAddress | undefined, device: DeviceId | undefined): readonly Noticed[] {
    if (this.#noticed.size === 0 || user === undefined || device === undefined) return [];
    return [user, `${user}|${device}`].flatMap((whom) => this.#noticed.get(hash('sha256', whom)) ?? []);
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stopped;
    for (;;) {
      await this.clock.sleep(EVERY_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      await this.#read().catch(this.failed);
    }
  }

  async #read(): Promise<void> {
    const found = await this.log.since(this.#readUpTo - LATE_MS);
    const now = this.clock.now();
    const news = found.filter(({ h, at }) => at > (this.#noticed.get(h)?.at ?? -Infinity));
    if (news.length === 0) return;
    for (const { h, at } of news) {
      this.#noticed.set(h, { at, times: (this.#noticed.get(h)?.times ?? 0) + 1 });
      this.#readUpTo = Math.max(this.#readUpTo, Math.min(at, now));
    }
    for (const [h, { at }] of this.#noticed) if (at < now - REVOCATION_MEMORY_MS) this.#noticed.delete(h);
    for (const listener of this.#listeners) listener();
  }
}
