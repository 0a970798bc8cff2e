import type { StoredAggregate } from '@cpm/runtime-ports';
import { LRUCache } from 'lru-cache';

/** A stored aggregate as this owner last read or wrote it; `stored` undefined: known not to exist. */
export interface CachedAggregate {
  readonly stored: StoredAggregate | undefined;
}

/** Safe because every write is conditional on the version: a stale entry can delay a decision, never corrupt one. */
export function aggregateCache(max: number): LRUCache<string, CachedAggregate> {
  return new LRUCache({ max });
}
