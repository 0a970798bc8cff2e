import type { Clock } from '@cpm/runtime-ports';
import { DEFAULT_POLICY, type Policy } from '@cpm/vocabulary';

/** One version of the service provider's policy; version 0 is the built-in one. `at` is epoch ms. */
export interface PolicyVersion {
  readonly version: number;
  readonly policy: Policy;
  readonly at: number;
}

/** Where the versions of the policy are kept. */
export interface PolicyVersions {
  newest(): Promise<PolicyVersion | undefined>;
  /** Adds a version; false when another writer has already added that number. */
  append(version: PolicyVersion): Promise<boolean>;
}

const BUILT_IN: PolicyVersion = { version: 0, policy: DEFAULT_POLICY, at: 0 };
const REFRESH_MS = 1_000;

/** The policy in force: known without waiting, at most a second old while the database answers. */
export class PolicySource {
  #newest = BUILT_IN;
  readonly #stopped = new AbortController();
  #polling: Promise<void> | undefined;

  constructor(
    private readonly versions: PolicyVersions,
    private readonly clock: Clock,
    private readonly failed: (error: unknown) => void = () => undefined,
  ) {}

  current(): Policy {
    return this.#newest.policy;
  }

  get newest(): PolicyVersion {
    return this.#newest;
  }

  /** Reads the newest version now. */
  async refresh(): Promise<PolicyVersion> {
    const newest = (await this.versions.newest()) ?? BUILT_IN;
    if (newest.version >= this.#newest.version) this.#newest = newest;
    return this.#newest;
  }

  /** Adds the version after `base`; undefined when `base` is not the newest any more. */
  async replace(base: number, policy: Policy): Promise<PolicyVersion | undefined> {
    const newest = await this.refresh();
    if (newest.version !== base) return undefined;
    const next = { version: base + 1, policy, at: this.clock.now() };
    if (!(await this.versions.append(next))) return undefined;
    this.#newest = next;
    return next;
  }

  /** Reads the newest version once, then again every second until `stop`. */
  async start(): Promise<void> {
    await this.refresh();
    this.#polling ??= this.#poll();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#polling;
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stopped;
    for (;;) {
      await this.clock.sleep(REFRESH_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      await this.refresh().catch(this.failed);
    }
  }
}
