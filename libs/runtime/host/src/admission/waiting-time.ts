import type { PartitionBatch } from '@cpm/runtime-ports';

/** Fewer records than this are no backlog, however long they waited: a member of the group has just left, and little happens. */
const LEAST_RECORDS = 50;

/** How long the records that a consumer of this process takes up have waited in the log. */
export class WaitingTime {
  /** Of the batches since the last reading. */
  private longest = 0;
  private current: { readonly appendedAt: number; readonly records: number } | undefined;
  /** The shortest time from append to fetch there ever was: what the broker's clock differs from ours, and the way of a record. */
  private offsetMs: number | undefined;

  constructor(private readonly lag: () => number) {}

  /** A batch is taken up, at wall time `now`. */
  begin(now: number, batches: readonly PartitionBatch[]): void {
    const times = batches.flatMap(({ records }) => records.map(({ timestamp }) => timestamp));
    if (times.length === 0) return;
    this.offsetMs = Math.min(this.offsetMs ?? Infinity, now - times.reduce((a, b) => Math.max(a, b)));
    this.current = { appendedAt: times.reduce((a, b) => Math.min(a, b)) + this.offsetMs, records: times.length };
    this.longest = Math.max(this.longest, this.ageAt(now));
  }

  end(): void {
    this.current = undefined;
  }

  /** The longest since it was last asked, that of the batch in hand included. ms */
  read(now: number): number {
    const longest = Math.max(this.longest, this.ageAt(now));
    this.longest = 0;
    return longest;
  }

  private ageAt(now: number): number {
    if (!this.current || Math.max(this.lag(), this.current.records) < LEAST_RECORDS) return 0;
    return Math.max(0, now - this.current.appendedAt);
  }
}
