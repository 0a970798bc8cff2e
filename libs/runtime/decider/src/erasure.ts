import type { CpmAddress } from '@cpm/vocabulary';
import type { EventContract, ServiceName } from './event-contract.js';

/** Forget a user: `round` counts, for what was under way between services is erased once more. */
export interface ErasureOrder {
  readonly user: CpmAddress;
  readonly erasureId: string;
  readonly round: number;
  readonly at: number;
}

/**
 * How a service forgets a user: at its place in the order of his log, everything that is his is erased, and then `done` is published. The
 * runtime does that, the same for every service.
 */
export interface Erasure {
  readonly asked: EventContract<string, ErasureOrder>;
  readonly done: EventContract<string, ErasureOrder & { readonly service: ServiceName }>;
  /** Of rows whose ids are, or begin with, their owner and `|`. */
  readonly tables: readonly string[];
  /** Of other rows the field that names their owner, by table. */
  readonly fields?: Readonly<Record<string, string>>;
}
