import type { InboxPosition } from '@cpm/runtime-ports';

type Position = Omit<InboxPosition, 'service'>;

/** How long partitions have records to commit and do not move, as far as whoever looks has seen. */
export class Standstill {
  private known = new Map<number, { readonly committed: number; readonly since: number }>();

  /** Of the partition that stands still longest, ms; 0 where each moves or has nothing to commit. */
  observe(now: number, positions: readonly Position[]): number {
    const standing = positions.filter(({ committed, end }) => committed < end).map(({ partition, committed }) => {
      const before = this.known.get(partition);
      return [partition, { committed, since: before?.committed === committed ? before.since : now }] as const;
    });
    this.known = new Map(standing);
    return standing.reduce((longest, [, { since }]) => Math.max(longest, now - since), 0);
  }
}
