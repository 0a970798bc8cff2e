import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

/** Milliseconds, each from the moment the keys were read. */
export interface KeyLife {
  /** Read again after this: a key taken out of the set counts no longer. */
  readonly freshMs: number;
  /** While they cannot be read again the known ones count this long, and no key counts afterwards. */
  readonly staleMs: number;
  /** The least time between two attempts to read, whatever keys callers name. */
  readonly cooldownMs: number;
}

export const KEY_LIFE: KeyLife = { freshMs: 60_000, staleMs: 900_000, cooldownMs: 5_000 };

const READ_LIMIT_MS = 5_000;

/** The keys of a JWK Set at an `http:`, `https:` or `file:` URL, as long as they are known to count. Its errors are jose's, or whatever kept it from reading. */
export class KeySource {
  private keys: JWTVerifyGetKey | undefined;
  private readAt = -Infinity;
  private triedAt = -Infinity;
  private failure: unknown;
  private failsSince: number | undefined;
  private reading: Promise<boolean> | undefined;

  constructor(
    private readonly url: URL,
    private readonly now: () => number,
    private readonly life: KeyLife = KEY_LIFE,
  ) {}

  /** The key that a token names. The header's own `jku`, `x5u` and `jwk` say nothing. */
  readonly keyFor: JWTVerifyGetKey = async (header, token) => {
    if (this.age > this.life.freshMs) await this.read();
    const known = this.known();
    try {
      return await known(header, token);
    } catch (error) {
      // A key that was added since.
      if (!(error instanceof errors.JWKSNoMatchingKey) || !(await this.read())) throw error;
      return this.known()(header, token);
    }
  };

  /** Since the first attempt to read them that failed; 0 when the last one succeeded. ms */
  get unreadableMs(): number {
    return this.failsSince === undefined ? 0 : this.now() - this.failsSince;
  }

  private get age(): number {
    return this.now() - this.readAt;
  }

  private known(): JWTVerifyGetKey {
    if (this.keys && this.age <= this.life.staleMs) return this.keys;
    throw this.failure;
  }

  /** Whether the keys were read now; callers share one attempt, and none is made soon after another. */
  private read(): Promise<boolean> {
    if (this.reading) return this.reading;
    const now = this.now();
    if (now - this.triedAt < this.life.cooldownMs) return Promise.resolve(false);
    this.triedAt = now;
    this.reading = this.load(now).finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async load(now: number): Promise<boolean> {
    try {
      this.keys = createLocalJWKSet(await jsonAt(this.url));
      this.readAt = now;
      this.failsSince = undefined;
      return true;
    } catch (error) {
      this.failure = error;
      this.failsSince ??= now;
      return false;
    }
  }
}

async function jsonAt(url: URL): Promise<JSONWebKeySet> {
  if (url.protocol === 'file:') return JSON.parse(await readFile(fileURLToPath(url), 'utf8')) as JSONWebKeySet;
  const response = await fetch(url, { redirect: 'error', headers: { accept: 'application/jwk-set+json, application/json' }, signal: AbortSignal.timeout(READ_LIMIT_MS) });
  if (response.status !== 200) throw new Error(`the JWK Set was answered with ${response.status}`);
  return (await response.json()) as JSONWebKeySet;
}
