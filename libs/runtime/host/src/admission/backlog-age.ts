import type { InboxPosition } from '@cpm/runtime-ports';

interface Sample {
  readonly at: number;
  readonly end: number;
}

/** One partition: where its end was and when, from the last sample that is committed as a whole. */
interface Partition {
  readonly samples: Sample[];
  committed: number;
}

interface Service {
  readonly partitions: Map<number, Partition>;
  movedAt: number;
}

/** Fewer records than this are no backlog, however long they wait: a member of a group has just left, and little happens. */
const LEAST_RECORDS = 50;
/** A process that lets nothing in asks more rarely: of what it then finds, it is not known that it came at once after the last reading. */
const LONGEST_INTERVAL_MS = 500;
/** Of a partition; older ones are forgotten, and the age stops growing. */
const SAMPLES = 128;
/** A consumer that commits nothing for so long is down, not slow: what is accepted for it waits in the log, which is made for that … */
const DOWN_AFTER_MS = 3_000;
/** … up to so many records, which it can work off in minutes. */
const PARKED_RECORDS = 100_000;

/**
 * How long the oldest records of the inboxes have waited, from nothing but offsets and the reader's own clock: a record at
 * offset n was appended when the end passed n, which lies between two readings. (Little's law would need the consumers' speed,
 * append times would need their clocks.)
 */
export class BacklogAge {
  private readonly services = new Map<string, Service>();

  /** Age in ms of the oldest record that waits, of the service that is furthest behind. */
  observe(now: number, positions: readonly InboxPosition[]): number {
    let oldest = 0;
    for (const [name, own] of Map.groupBy(positions, ({ service }) => service)) oldest = Math.max(oldest, this.ofService(name, now, own));
    return oldest;
  }

  private ofService(name: string, now: number, positions: readonly InboxPosition[]): number {
    const service = this.services.get(name) ?? { partitions: new Map<number, Partition>(), movedAt: now };
    this.services.set(name, service);
    let [age, records] = [0, 0];
    for (const position of positions) {
      const partition = service.partitions.get(position.partition) ?? { samples: [], committed: position.committed };
      service.partitions.set(position.partition, partition);
      if (position.committed !== partition.committed) service.movedAt = now;
      age = Math.max(age, ageOf(partition, now, position));
      records += Math.max(0, position.end - position.committed);
    }
    if (records < LEAST_RECORDS) {
      service.movedAt = now;
      return 0;
    }
    const isDown = now - service.movedAt > DOWN_AFTER_MS;
    return isDown && records <= PARKED_RECORDS ? 0 : age;
  }
}

function ageOf(partition: Partition, now: number, { end, committed }: InboxPosition): number {
  const { samples } = partition;
  partition.committed = committed;
  samples.push({ at: now, end });
  while (samples.length > 1 && (samples[1] as Sample).end <= committed) samples.shift();
  if (samples.length > SAMPLES) samples.splice(1, 1);
  const [before, after] = samples as [Sample, Sample?];
  if (end <= committed) return 0;
  // What was there at the first reading has waited since then at least.
  if (!after || before.end > committed) return now - before.at;
  const passed = (committed - before.end) / (after.end - before.end);
  const began = Math.max(before.at, after.at - LONGEST_INTERVAL_MS);
  return now - (began + passed * (after.at - began));
}
