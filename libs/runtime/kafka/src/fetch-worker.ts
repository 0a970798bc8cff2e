import { type Clock, type FetchSession, OwnershipLostError, type PartitionBatch } from '@cpm/runtime-ports';
import type { EachBatchPayload } from 'kafkajs';
import type { Assignment } from './assignment.js';
import type { Log } from './log.js';
import { OwnedFetch } from './owned-fetch.js';
import { inboxRecords, type PartitionOf } from './inbox-records.js';
import type { ConsumerState } from './status.js';

export interface FetchWorkerOptions {
  readonly assignment: Assignment;
  readonly process: (batches: readonly PartitionBatch[], session: FetchSession) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly state: ConsumerState;
  readonly stopping: AbortSignal;
  readonly onHeartbeat: () => void;
  /** Where writers put a key; undefined when that is not known. */
  readonly partitionOf?: PartitionOf | undefined;
}

interface Waiting {
  readonly payload: EachBatchPayload;
  readonly turn: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** Joins the partitions of a fetch into one call of `process`, and repeats it in place while it fails. */
export class FetchWorker {
  private readonly waiting: Waiting[] = [];
  private isWorking = false;

  constructor(private readonly options: FetchWorkerOptions) {}

  /** kafkajs's `eachBatch`. Rejects only to make kafkajs join the group again. */
  take(payload: EachBatchPayload): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ payload, turn: this.options.assignment.current, resolve, reject });
      if (this.isWorking) return;
      this.isWorking = true;
      // kafkajs hands out all partitions of a fetch in one go, so they are all here in the next microtask.
      queueMicrotask(() => void this.work());
    });
  }

  private async work(): Promise<void> {
    while (this.waiting.length > 0) {
      const fetched = this.waiting.splice(0);
      const rejoin = await this.workOn(fetched);
      for (const { resolve, reject } of fetched) {
        if (rejoin) reject(rejoin);
        else resolve();
      }
    }
    this.isWorking = false;
  }

  /** Answers why the group must be joined again, if it must. Never rejects. */
  private async workOn(fetched: readonly Waiting[]): Promise<Error | undefined> {
    const { assignment, onHeartbeat } = this.options;
    const turn = assignment.current;
    const payloads = fetched.filter((waiting) => waiting.turn === turn).map(({ payload }) => payload);
    if (payloads.length === 0) return undefined;
    const session = new OwnedFetch(assignment, turn, new Map(payloads.map((payload) => [payload.batch.partition, payload])), onHeartbeat);
    await this.processUntilDone(payloads, session);
    return session.rejoin;
  }

  private async processUntilDone(payloads: readonly EachBatchPayload[], session: OwnedFetch): Promise<void> {
    const { process, state, log } = this.options;
    for (let failures = 0; ; failures += 1) {
      try {
        const batches = this.batchesOf(payloads);
        if (batches.length > 0) await process(batches, session);
        state.workWorks();
        return;
      } catch (error) {
        if (error instanceof OwnershipLostError) {
          this.giveUp(session, error);
          return;
        }
        const reason = error instanceof Error ? error.message : String(error);
        log.warn({ reason, failures }, 'processing failed, trying again');
        // One failure may be a lost race for a document; two are a dependency that is down.
        if (failures > 0) state.workFails(reason);
      }
      if (await this.pauseBeforeRetry(failures, session)) continue;
      this.giveUp(session);
      return;
    }
  }

  /** What is left to do of a fetch: a failed attempt may have committed a part. */
  private batchesOf(payloads: readonly EachBatchPayload[]): PartitionBatch[] {
    return payloads.flatMap(({ batch: { partition, messages, highWatermark } }) => {
      const committed = this.options.assignment.fetched(partition, Number(messages[0]?.offset ?? 0), Number(highWatermark));
      const records = inboxRecords(partition, messages, this.options.partitionOf).filter(({ offset }) => offset >= committed);
      return records.length === 0 ? [] : [{ partition, committed, records }];
    });
  }

  /** Whether the fetch is still owned after the pause. */
  private async pauseBeforeRetry(failures: number, session: OwnedFetch): Promise<boolean> {
    const { clock, stopping } = this.options;
    await clock.sleep(Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS), stopping).catch(() => undefined);
    if (stopping.aborted) return false;
    await session.heartbeat().catch(() => undefined);
    return !session.isEnding;
  }

  private giveUp(session: OwnedFetch, cause?: OwnershipLostError): void {
    this.options.log.info({ reason: cause?.message ?? 'rebalance or stop' }, 'gave up a fetch, its records come again');
    if (cause && !session.isEnding) session.lost(cause);
    // Whether work still fails will show at the next fetch.
    this.options.state.workWorks();
  }
}
