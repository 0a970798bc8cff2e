import type { InboxPosition } from '@cpm/runtime-ports';
import kafkajs, { type PartitionAssigner } from 'kafkajs';

type OwnedPosition = Omit<InboxPosition, 'service'>;

/** What this member of the group owns at present. Each turn is one membership generation, counted locally. */
export class Assignment {
  private turn = 0;
  private owned: readonly number[] = [];
  /** What this member committed, or the first offset it was given, by partition. */
  private readonly committedOffsets = new Map<number, number>();
  private readonly highWatermarks = new Map<number, number>();

  get current(): number {
    return this.turn;
  }

  get partitions(): readonly number[] {
    return this.owned;
  }

  /** From here on nothing of the last turn may be committed, whatever the client library holds. */
  end(): void {
    this.turn += 1;
    this.owned = [];
    this.committedOffsets.clear();
    this.highWatermarks.clear();
  }

  begin(partitions: readonly number[]): void {
    this.owned = partitions.toSorted((a, b) => a - b);
  }

  /** The committed offset of a partition of which records from `firstOffset` on were fetched. */
  fetched(partition: number, firstOffset: number, highWatermark: number): number {
    this.highWatermarks.set(partition, highWatermark);
    const known = this.committedOffsets.get(partition);
    if (known === undefined) this.committedOffsets.set(partition, firstOffset);
    return known ?? firstOffset;
  }

  committed(next: ReadonlyMap<number, number>): void {
    for (const [partition, offset] of next) this.committedOffsets.set(partition, offset);
  }

  /** Of the owned partitions of which records were fetched; exclusive offsets. */
  positions(): readonly OwnedPosition[] {
    return [...this.highWatermarks].map(([partition, end]) => ({ partition, end, committed: this.committedOffsets.get(partition) ?? end }));
  }

  /** Records known to be in the log and not committed. */
  lag(): number {
    return this.positions().reduce((sum, { end, committed }) => sum + Math.max(0, end - committed), 0);
  }
}

/** Round robin that ends the turn when this member asks to join: the moment it gives up what it had. */
export function endingTurns(assignment: Assignment): PartitionAssigner {
  return (config) => {
    const roundRobin = kafkajs.PartitionAssigners.roundRobin(config);
    return {
      ...roundRobin,
      protocol: (subscription) => {
        assignment.end();
        return roundRobin.protocol(subscription);
      },
    };
  };
}
