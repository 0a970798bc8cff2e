/** One record of an inbox partition. `timestamp` is the broker's append time, epoch ms. */
export interface InboxRecord {
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string;
  readonly value: string;
  /** What the log's adapter found wrong with it: nobody must act on it. */
  readonly fault?: string;
}

export interface OutgoingRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
}

/**
 * Appends records to the log. Resolves when all in-sync replicas have them; rejects when that is not known.
 * Records of one call reach any one partition in their order, and calls are made one at a time.
 */
export interface Publisher {
  publish(records: readonly OutgoingRecord[]): Promise<void>;
}

/** How far the consumers of one inbox partition have come: `end` and `committed` are exclusive offsets. */
export interface InboxPosition {
  readonly service: string;
  readonly partition: number;
  readonly end: number;
  readonly committed: number;
}

/** What the consumer owns while it handles one fetch. Every call throws `OwnershipLostError` once it does not any more. */
export interface FetchSession {
  /** Proves liveness to the group coordinator. */
  heartbeat(): Promise<void>;
  /** Records that everything below `next` (exclusive) of each partition is done. */
  commit(next: ReadonlyMap<number, number>): Promise<void>;
}

/** Records of one partition in offset order; `committed` is the group's committed offset at the start of the fetch. */
export interface PartitionBatch {
  readonly partition: number;
  readonly committed: number;
  readonly records: readonly InboxRecord[];
}

/** The consumer lost its partitions (rebalance, expired session): drop the work, produce nothing. */
export class OwnershipLostError extends Error {
  override readonly name = 'OwnershipLostError';
}
