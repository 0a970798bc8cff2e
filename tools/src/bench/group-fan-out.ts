import { Pool } from 'undici';
import { startSystem } from '../start/start-system.js';
import { GroupLoad, type GroupFigures } from './group-load.js';
import { countOperations, perMessage, type OperationCounts } from './operation-counts.js';
import { UNLIMITED_INTAKE } from './unlimited-intake.js';
import { UsageSampler } from './usage-sampler.js';

export interface GroupBenchOptions {
  /** Participants of the largest group, its creator included. */
  readonly largest: number;
  /** Of each measurement. */
  readonly seconds: number;
}

/** Deliveries under way: the same for every size, so that a message of a large group does not wait behind more of its kind. */
const DELIVERIES_UNDER_WAY = 300;
const WARM_UP_SEC = 15;

interface Row {
  readonly size: number;
  readonly figures: GroupFigures;
  readonly counts: OperationCounts;
  readonly cpuSeconds: number;
}

/** Groups of growing size, one after the other on one system: what a message costs, and what each recipient of it. */
export async function benchGroups({ largest, seconds }: GroupBenchOptions): Promise<void> {
  if (!Number.isInteger(largest) || largest < 3 || largest > 256) throw new Error('--group must be 3 to 256 participants');
  console.log('Starting the system …');
  const system = await startSystem({ httpPort: 0, quiet: true, fresh: true, env: UNLIMITED_INTAKE });
  const pool = new Pool(system.url, { connections: 64 });
  try {
    const sizes = [...new Set([Math.max(3, Math.round(largest / 10)), Math.max(3, Math.round(largest / 3)), largest])];
    const rows: Row[] = [];
    for (const [at, size] of sizes.entries()) {
      console.log(`A group of ${size}: enrolling and inviting …`);
      const group = new GroupLoad(pool, system.url, size);
      await group.gather(30 + at);
      const window = Math.max(1, Math.round(DELIVERIES_UNDER_WAY / (size - 1)));
      if (at === 0) {
        console.log(`  warming up for ${WARM_UP_SEC} s …`);
        await group.measure(WARM_UP_SEC, window);
      }
      console.log(`  measuring for ${seconds} s, ${window} message(s) under way …`);
      const before = await countOperations(system.brokers, system.mongoUri);
      const sampler = new UsageSampler();
      const figures = await group.measure(seconds, window);
      const usage = sampler.stop();
      const after = await countOperations(system.brokers, system.mongoUri);
      rows.push({ size, figures, counts: perMessage(before, after, figures.messages), cpuSeconds: usage.reduce((sum, each) => sum + each.cpuSeconds, 0) });
    }
    print(rows);
  } finally {
    await pool.destroy();
    await system.stop();
  }
}

function print(rows: readonly Row[]): void {
  console.log('\ngroup  messages/s  deliveries/s  submit->push p50/p99 ms  submit->all p50/p99 ms  per recipient: records  writes  cpu ms   incomplete, duplicate reports');
  for (const { size, figures, counts, cpuSeconds } of rows) {
    const recipients = size - 1;
    const perSecond = figures.messages / figures.seconds;
    const { submitToPush: push, submitToAll: all } = figures;
    const writes = (counts.inserts + counts.updates) / recipients;
    const cpuMs = (cpuSeconds * 1000) / (figures.messages * recipients);
    console.log([
      String(size).padStart(5), perSecond.toFixed(1).padStart(11), (perSecond * recipients).toFixed(0).padStart(13),
      `${push.p50.toFixed(0)}/${push.p99.toFixed(0)}`.padStart(24), `${all.p50.toFixed(0)}/${all.p99.toFixed(0)}`.padStart(23),
      (counts.records / recipients).toFixed(1).padStart(23), writes.toFixed(1).padStart(7), cpuMs.toFixed(2).padStart(7),
      `${figures.incomplete}, ${figures.duplicateReports}`.padStart(31),
    ].join(' '));
  }
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last || first === last) return;
  const cost = ({ size, figures }: Row) => figures.seconds / (figures.messages * (size - 1));
  console.log(`a recipient of the group of ${last.size} costs ${(cost(last) / cost(first)).toFixed(2)} times the time that one of the group of ${first.size} does`);
}
