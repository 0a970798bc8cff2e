import { connectMongo, MongoAggregateStore } from '@cpm/runtime-mongo';
import type { CpmAddress } from '@cpm/vocabulary';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { startSystem, type System } from '../../start/start-system.js';
import { fillBox } from './box-fill.js';
import { BoxRounds, type RoundFigures } from './box-rounds.js';
import { NmsClient } from './nms-client.js';
import { withProgress } from './progress.js';
import { UsageSampler } from '../usage-sampler.js';

export interface BoxScaleOptions {
  /** Objects of the large box. */
  readonly objects: number;
  readonly rounds: number;
}

const DATABASE = 'bench';
const SMALL = 1_000;
const WARM_UP_ROUNDS = 100;
const RATIO_LIMIT = 1.5;
const PAGE = 500;
const RESTART_LIMIT_MS = 60_000;
const POLL_MS = 100;
const PROGRESS_ROUNDS = 100;

/** What a device pays for a large box: the same calls on it and on a small one, by turns. */
export async function benchBoxScale({ objects, rounds }: BoxScaleOptions): Promise<void> {
  if (!Number.isInteger(objects) || objects < SMALL) throw new Error(`--objects must be at least ${SMALL}`);
  console.log('Starting the system …');
  const system = await startSystem({ httpPort: 0, quiet: true, fresh: true, env: { MONGODB_DATABASE: DATABASE } });
  const pool = new Pool(system.url, { connections: 8 });
  try {
    const large = await filled(system, pool, 'tel:+4930000001' as CpmAddress, objects);
    const small = await filled(system, pool, 'tel:+4930000002' as CpmAddress, SMALL);
    await restart(system);
    const boxes = [new BoxRounds(large, objects), new BoxRounds(small, SMALL)] as const;
    for (const box of boxes) await box.begin();
    console.log(`${WARM_UP_ROUNDS} rounds of warm-up, then ${rounds}; a round on each box by turns: a flag, nine more changes, the delta of the ten, a page of 100 by date …`);
    await alternate(boxes, 0, WARM_UP_ROUNDS);
    for (const box of boxes) box.forget();
    await alternate(boxes, WARM_UP_ROUNDS, rounds);
    print(boxes[0].figures(), boxes[1].figures(), objects);
    await firstSync(large, objects);
  } finally {
    await pool.destroy();
    await system.stop();
  }
}

async function filled(system: System, pool: Pool, user: CpmAddress, count: number): Promise<NmsClient> {
  const client = await NmsClient.enrol(pool, system.url, user);
  console.log(`Filling a box with ${count} objects, straight into the collection, with the store's own rows …`);
  const connection = await connectMongo(system.mongoUri, { driver: { dbName: DATABASE } });
  await fillBox(new MongoAggregateStore(connection, 'message-store-sync'), user, count);
  await connection.close();
  return client;
}

/** What the services remember of the boxes is of before they were filled. */
async function restart(system: System): Promise<void> {
  const before = system.pids.get('all-in-one');
  system.kill('message-store-sync');
  const giveUp = performance.now() + RESTART_LIMIT_MS;
  const isBack = async () => system.pids.get('all-in-one') !== before && (await fetch(`${system.url}/health/ready`).catch(() => undefined))?.ok === true;
  while (!(await isBack())) {
    if (performance.now() > giveUp) throw new Error('the services did not come back');
    await sleep(POLL_MS);
  }
}

async function alternate(boxes: readonly [BoxRounds, BoxRounds], first: number, rounds: number): Promise<void> {
  for (let number = first; number < first + rounds; number += 1) {
    const order = number % 2 === 0 ? boxes : boxes.toReversed();
    for (const box of order) await box.round(number);
    if ((number - first + 1) % PROGRESS_ROUNDS === 0) console.log(`  ${number - first + 1} of ${rounds} rounds`);
  }
}

function print(large: RoundFigures, small: RoundFigures, objects: number): void {
  const lines = { delta: 'delta of 10 changes', page: 'page of 100 by date', flag: 'change of one flag' } as const;
  console.log(`\n${'ms'.padEnd(22)}${`${objects} objects p50`.padStart(22)}${'p99'.padStart(9)}${`${SMALL} objects p50`.padStart(22)}${'p99'.padStart(9)}   ratio of p99 (limit ${RATIO_LIMIT})`);
  for (const key of ['delta', 'page', 'flag'] as const) {
    const ratio = large[key].p99 / small[key].p99;
    const isOk = ratio <= RATIO_LIMIT;
    if (!isOk) process.exitCode = 1;
    console.log(`${lines[key].padEnd(22)}${String(large[key].p50).padStart(22)}${String(large[key].p99).padStart(9)}${String(small[key].p50).padStart(22)}${String(small[key].p99).padStart(9)}   ${ratio.toFixed(2)} ${isOk ? 'ok' : 'FAILED'}`);
  }
}

/** A new device reads everything, oldest first. */
async function firstSync(client: NmsClient, objects: number): Promise<void> {
  console.log(`\nFirst sync of the large box by pages of ${PAGE} …`);
  const sampler = new UsageSampler();
  const seconds = await withProgress('objects read', objects, async (add) => {
    for (let fromCursor: string | undefined, more = true; more;) {
      const { object, cursor } = await client.search({ maxEntries: PAGE, ...(fromCursor !== undefined && { fromCursor }) });
      add(object.length);
      fromCursor = cursor;
      more = cursor !== undefined;
    }
  });
  const cpu = sampler.stop().map(({ name, cpuSeconds }) => `${name} ${cpuSeconds.toFixed(1)} s`).join(', ');
  console.log(`first sync   ${objects} objects in ${seconds.toFixed(1)} s, ${(objects / seconds).toFixed(0)} objects/s   CPU: ${cpu}`);
}
