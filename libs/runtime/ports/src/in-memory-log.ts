import type { FetchSession, InboxRecord, OutgoingRecord, PartitionBatch, Publisher } from './log.js';
import { OwnershipLostError } from './log.js';

interface Topic {
  readonly partitions: InboxRecord[][];
  /** Group state: committed offset per partition and the generation that may commit. */
  readonly committed: number[];
  generation: number;
}

/** The log's in-memory twin: partitions, one consumer group per topic, and generation fencing as a broker does it. */
export class InMemoryLog implements Publisher {
  private readonly topics = new Map<string, Topic>();

  constructor(
    private readonly now: () => number,
    private readonly partitionCount: number,
  ) {}

  async publish(records: readonly OutgoingRecord[]): Promise<void> {
    for (const { topic, key, value } of records) {
      const partition = this.partitionOf(key);
      const log = this.topic(topic).partitions[partition] as InboxRecord[];
      log.push({ partition, offset: log.length, timestamp: this.now(), key, value });
    }
  }

  partitionOf(key: string): number {
    let hash = 0;
    for (let index = 0; index < key.length; index += 1) hash = (hash * 31 + key.charCodeAt(index)) >>> 0;
    return hash % this.partitionCount;
  }

  /** A new member takes all partitions of the topic: older generations are fenced from now on. */
  join(topic: string): { generation: number; partitions: number[] } {
    const log = this.topic(topic);
    log.generation += 1;
    return { generation: log.generation, partitions: log.partitions.map((_, partition) => partition) };
  }

  /** Everything after `positions` (or the committed offsets), at most `limit` records per partition. */
  fetch(topic: string, positions: ReadonlyMap<number, number>, limit: number): PartitionBatch[] {
    const { partitions, committed } = this.topic(topic);
    return partitions.flatMap((records, partition) => {
      const from = positions.get(partition) ?? committed[partition] ?? 0;
      const slice = records.slice(from, from + limit);
      return slice.length === 0 ? [] : [{ partition, committed: committed[partition] ?? 0, records: slice }];
    });
  }

  session(topic: string, generation: number): FetchSession {
    const log = this.topic(topic);
    const fenced = () => {
      if (log.generation !== generation) throw new OwnershipLostError(`generation ${generation} of ${topic} is over`);
    };
    return {
      heartbeat: async () => fenced(),
      commit: async (next) => {
        fenced();
        for (const [partition, offset] of next) log.committed[partition] = offset;
      },
    };
  }

  /** Records not committed by the group yet. */
  lag(topic: string): number {
    const { partitions, committed } = this.topic(topic);
    return partitions.reduce((sum, records, partition) => sum + records.length - (committed[partition] ?? 0), 0);
  }

  /** Of each partition: how many records it has, and how many the group has committed. */
  positions(topic: string): readonly { readonly partition: number; readonly end: number; readonly committed: number }[] {
    const { partitions, committed } = this.topic(topic);
    return partitions.map((records, partition) => ({ partition, end: records.length, committed: committed[partition] ?? 0 }));
  }

  /** The whole content of a topic, for tests and checkers. */
  records(topic: string): readonly InboxRecord[] {
    return this.topic(topic).partitions.flat();
  }

  /** Another log with the same records and commits, which goes its own way. */
  fork(now: () => number): InMemoryLog {
    const other = new InMemoryLog(now, this.partitionCount);
    for (const [name, { partitions, committed, generation }] of this.topics) {
      other.topics.set(name, { partitions: partitions.map((records) => [...records]), committed: [...committed], generation });
    }
    return other;
  }

  private topic(name: string): Topic {
    const known = this.topics.get(name);
    if (known) return known;
    const partitions = Array.from({ length: this.partitionCount }, (): InboxRecord[] => []);
    const topic: Topic = { partitions, committed: partitions.map(() => 0), generation: 0 };
    this.topics.set(name, topic);
    return topic;
  }
}
