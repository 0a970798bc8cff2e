import { type FetchSession, OwnershipLostError } from '@cpm/runtime-ports';
import kafkajs, { type EachBatchPayload } from 'kafkajs';
import type { Assignment } from './assignment.js';

/** Errors that kafkajs answers by joining the group again. */
const REJOINING = new Set<unknown>(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'NOT_COORDINATOR_FOR_GROUP', 'UNKNOWN_MEMBER_ID']);

function typeOf(error: unknown): unknown {
  return (error as { type?: unknown } | undefined)?.type;
}

/** Makes kafkajs join the group again. */
function rejoinError(cause: unknown): Error {
  if (REJOINING.has(typeOf(cause))) return cause as Error;
  const reason = Object.assign(new Error('ownership of the fetched partitions is not certain', { cause }), { type: 'REBALANCE_IN_PROGRESS', retriable: true });
  return new kafkajs.KafkaJSProtocolError(reason);
}

/**
 * The right to work on one fetch. It ends with the turn of the assignment, and with any call to the coordinator that
 * fails: who cannot prove to be a member is none. A rebalance that has only begun leaves time to finish and commit.
 */
export class OwnedFetch implements FetchSession {
  private isLost = false;
  /** What the group must be joined again for. */
  private disturbance: unknown;

  constructor(
    private readonly assignment: Assignment,
    private readonly turn: number,
    private readonly fetches: ReadonlyMap<number, EachBatchPayload>,
    private readonly onHeartbeat: () => void,
  ) {}

  /** Why the group must be joined again after this fetch; undefined when it need not, or was already. */
  get rejoin(): Error | undefined {
    return this.disturbance === undefined || !this.isCurrent ? undefined : rejoinError(this.disturbance);
  }

  /** Whether another member has, or is about to get, what was fetched. */
  get isEnding(): boolean {
    return this.isLost || this.disturbance !== undefined || !this.isCurrent;
  }

  async heartbeat(): Promise<void> {
    this.assertOwned();
    try {
      await this.anyFetch().heartbeat();
    } catch (error) {
      this.disturbance = error;
      if (typeOf(error) !== 'REBALANCE_IN_PROGRESS') throw this.lost(error);
    }
    this.assertOwned();
    this.onHeartbeat();
  }

  async commit(next: ReadonlyMap<number, number>): Promise<void> {
    this.assertOwned();
    const partitions = [...next].map(([partition, offset]) => ({ partition, offset: String(offset) }));
    const foreign = partitions.find(({ partition }) => !this.fetches.has(partition));
    if (foreign) throw new Error(`partition ${foreign.partition} is not part of this fetch`);
    if (partitions.length === 0) return;
    const fetch = this.anyFetch();
    try {
      await fetch.commitOffsetsIfNecessary({ topics: [{ topic: fetch.batch.topic, partitions }] });
    } catch (error) {
      throw this.lost(error);
    }
    // The commit stands, but positions belong to the new turn if one began meanwhile.
    if (!this.isCurrent) return;
    this.assignment.committed(next);
    for (const [partition, offset] of next) this.fetches.get(partition)?.resolveOffset(String(offset - 1));
  }

  /** Ends it, for a reason the coordinator may not know of. */
  lost(cause: unknown): OwnershipLostError {
    this.isLost = true;
    this.disturbance = cause;
    return new OwnershipLostError('the group coordinator does not confirm the membership', { cause });
  }

  private get isCurrent(): boolean {
    return this.turn === this.assignment.current;
  }

  private assertOwned(): void {
    if (this.isLost || !this.isCurrent) throw new OwnershipLostError('the fetched partitions are no longer assigned to this consumer', { cause: this.disturbance });
  }

  private anyFetch(): EachBatchPayload {
    return this.fetches.values().next().value as EachBatchPayload;
  }
}
