import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ParseArgsConfig } from 'node:util';
import { inboxOf } from '@cpm/runtime-decider';
import { hostConfig } from '@cpm/runtime-host';
import kafkajs from 'kafkajs';
import { appendFinalSights } from '../../chaos/final-sight.js';
import { History } from '../../chaos/history.js';
import { judge } from '../../chaos/judge.js';
import { ChaosLoad } from '../../chaos/load/chaos-load.js';
import { appendJourneys } from '../../chaos/operator-view.js';
import { SmsNetwork } from '../../chaos/sms-network.js';
import { startSystem, type System } from '../../start/start-system.js';
import { DeadLetterCount } from './dead-letter-count.js';
import type { FuzzRecord } from './fuzz-record.js';
import { ConsumerLag } from '../../chaos/consumer-lag.js';
import { ProcessMemory } from './process-memory.js';
import { Dice } from './random.js';
import { RecordPlan } from './record-plan.js';
import { RecordWriter, type Written } from './record-writer.js';
import { eventSummary, isEventRunHeld, type EventRun } from './event-summary.js';
import { judgeEvents } from './verdict.js';

export const eventOptions = {
  records: { type: 'string', default: '10000' },
  seed: { type: 'string', default: '1' },
  nonsense: { type: 'string', default: '5' },
  rate: { type: 'string', default: '10' },
  talkers: { type: 'string', default: '4' },
  'drain-sec': { type: 'string', default: '300' },
  'rss-mb': { type: 'string', default: '1024' },
  processes: { type: 'boolean', default: false },
} satisfies ParseArgsConfig['options'];

interface Setting {
  readonly records: number;
  readonly seed: number;
  /** Per hundred hostile records. */
  readonly nonsense: number;
  /** Operations per second of devices, and of how many people with three of them. */
  readonly rate: number;
  readonly talkers: number;
  readonly drainMs: number;
  readonly rssMiB: number;
  readonly processes: boolean;
}

const OUT = '.cpm/fuzz';
const BATCH = 400;
/** Records that may wait for the services: a backlog is not what is tried here. */
const AHEAD = 8_000;
const BOMB_BYTES = 64 * 2 ** 20;
const TELL_MS = 5_000;
const SIGHT_LIMIT_MS = 120_000;
/** They write to one another. */
const LEAST_TALKERS = 2;

/** Writes records that nobody should send into every inbox of a running system, while devices talk. Resolves with whether each was put aside once and all else was done. */
export async function fuzzEvents(options: Readonly<Record<string, unknown>>): Promise<boolean> {
  const setting = settingOf(options);
  console.log(`starting the system; ${setting.records} hostile records, seed ${setting.seed} …`);
  const system = await startSystem({ processes: setting.processes, httpPort: 0, quiet: true, fresh: true, env: { LOG_LEVEL: 'warn' } });
  try {
    const run = await play(system, setting);
    console.log(eventSummary(run));
    mkdirSync(OUT, { recursive: true });
    writeFileSync(`${OUT}/events.json`, `${JSON.stringify(run, null, 2)}\n`);
    return isEventRunHeld(run);
  } finally {
    rmSync(`${OUT}/events-logs`, { recursive: true, force: true });
    cpSync(system.logDir, `${OUT}/events-logs`, { recursive: true });
    await system.stop();
  }
}

async function play(system: System, setting: Setting): Promise<EventRun> {
  const history = new History();
  const cast = { talkers: setting.talkers, boxes: 1, texters: 1, members: 2, groups: 1 };
  const load = new ChaosLoad({ url: system.url, history, seed: setting.seed, rate: setting.rate, cast, submitLimitMs: 120_000 });
  const texts = await textsOf(system, history);
  await load.connect();
  const [letters, lag] = [await DeadLetterCount.of(system), await ConsumerLag.of(system.brokers)];
  const writer = await RecordWriter.connect(system.brokers.split(','), hostConfig.shape.INBOX_PARTITIONS.parse(undefined));
  const memory = new ProcessMemory(system);
  const plan = new RecordPlan(new Dice(setting.seed));
  texts.start();
  load.start();
  const started = performance.now();
  const written = await writeAll(plan, { writer, letters, lag, history, memory }, setting);
  const writtenAfterMs = performance.now() - started;
  const bombs = { sent: 2, refused: await refusedBombs(writer) };
  await sleep(TELL_MS);
  load.stop();
  const undone = await drain(lag, history, setting.drainMs);
  const doneAfterMs = performance.now() - started;
  memory.stop();
  const found = await letters.all();
  const { talkers, texters, members } = load.people;
  await appendFinalSights([...talkers, ...texters, ...members], history, SIGHT_LIMIT_MS);
  texts.stop();
  await appendJourneys(system.url, history);
  const run: EventRun = {
    setting: { ...setting }, writtenAfterMs, doneAfterMs, bombs, lag: undone,
    events: judgeEvents(written, found), gaps: Object.fromEntries(plan.gaps),
    devices: judge(history.events),
    memory: { firstMiB: memory.first, mostMiB: memory.most, limitMiB: setting.rssMiB }, ended: memory.ended,
  };
  load.close();
  await Promise.all([letters.close(), lag.close(), writer.close()]);
  return run;
}

/** What the SMSC gets of the devices' texts. */
async function textsOf({ smsc }: System, history: History): Promise<SmsNetwork> {
  if (!smsc) throw new Error('fuzz needs its own SMSC simulator: unset SMPP_URL');
  const texts = new SmsNetwork(smsc, history);
  await texts.bound();
  return texts;
}

interface Instruments {
  readonly writer: RecordWriter;
  readonly letters: DeadLetterCount;
  readonly lag: ConsumerLag;
  readonly history: History;
  readonly memory: ProcessMemory;
}

async function writeAll(plan: RecordPlan, { writer, letters, lag, history, memory }: Instruments, { records, nonsense }: Setting): Promise<Written[]> {
  const written: Written[] = [];
  const started = performance.now();
  let toldAt = started;
  for (let hostile = 0; hostile < records;) {
    const count = Math.min(BATCH, records - hostile);
    const batch: FuzzRecord[] = [];
    for (let index = 0; index < count; index += 1) {
      batch.push(plan.hostile());
      if ((hostile + index) % 100 < nonsense) batch.push(plan.nonsense());
    }
    // Packed as other clients pack: every fourth batch, each way.
    const way = [kafkajs.CompressionTypes.None, kafkajs.CompressionTypes.GZIP, kafkajs.CompressionTypes.None, kafkajs.CompressionTypes.ZSTD][(hostile / BATCH) % 4];
    written.push(...(await writer.write(batch, way)));
    hostile += count;
    while ((await lag.records()) > AHEAD) await sleep(100);
    if (performance.now() - toldAt < TELL_MS) continue;
    toldAt = performance.now();
    const seconds = (toldAt - started) / 1_000;
    console.log([
      `${seconds.toFixed(0).padStart(5)} s`, `${hostile} hostile records (${(hostile / seconds).toFixed(0)}/s)`, `${await letters.estimate()} dead letters`, `lag ${await lag.records()}`,
      `devices received ${history.count('received')}`, `${memory.most.toFixed(0)} MiB`,
    ].join(', '));
  }
  return written;
}

async function refusedBombs(writer: RecordWriter): Promise<number> {
  let refused = 0;
  for (const how of ['gzip', 'zstd'] as const) if (await writer.bombIsRefused(inboxOf('routing'), BOMB_BYTES, how)) refused += 1;
  return refused;
}

/** What is left undone in the time given: nothing, when all went well. */
async function drain(lag: ConsumerLag, history: History, limitMs: number): Promise<number> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const records = await lag.records();
    if ((records === 0 && history.open === 0) || performance.now() > deadline) return records;
    await sleep(250);
  }
}

function settingOf(options: Readonly<Record<string, unknown>>): Setting {
  const number = (name: string): number => {
    const value = Number(options[name]);
    if (!Number.isInteger(value) || value < 0) throw new Error(`--${name}: must be a whole number`);
    return value;
  };
  return {
    records: number('records'), seed: number('seed'), nonsense: number('nonsense'), rate: number('rate'), talkers: Math.max(LEAST_TALKERS, number('talkers')),
    drainMs: number('drain-sec') * 1_000, rssMiB: number('rss-mb'), processes: options['processes'] === true,
  };
}
