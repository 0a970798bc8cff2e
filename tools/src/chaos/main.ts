import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { SERVICES } from '@cpm/runtime-decider';
import { startSystem, type System } from '../start/start-system.js';
import { ChaosLoad } from './chaos-load.js';
import { killServices, ProcessWatch, takeAway, type KillOutcome, type OutageOutcome } from './faults.js';
import { History } from './history.js';
import { judge } from './judge.js';
import { planKills } from './kill-plan.js';
import { deadLetters, journeysOf } from './operator-view.js';
import { Progress } from './progress.js';
import { isHeld, summary, type ChaosResult } from './result.js';
import { SmsNetwork } from './sms-network.js';

const OUT = '.cpm/chaos';
const KINDS = ['kills', 'kafka', 'mongod'] as const;
type Kind = (typeof KINDS)[number];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '200' },
    pairs: { type: 'string', default: '50' },
    'sms-pairs': { type: 'string', default: '10' },
    window: { type: 'string', default: '4' },
    'outage-sec': { type: 'string', default: '30' },
    'calm-sec': { type: 'string', default: '10' },
    'submit-limit-sec': { type: 'string', default: '120' },
    'drain-sec': { type: 'string', default: '240' },
  },
});

function numberOf(option: keyof typeof values): number {
  const number = Number(values[option]);
  if (!Number.isInteger(number) || number < 0) throw new Error(`--${option}: must be a whole number`);
  return number;
}

function kindOf(name = 'kills'): Kind {
  const kind = KINDS.find((known) => known === name);
  if (kind === undefined) throw new Error(`${name}: must be one of ${KINDS.join(', ')}`);
  return kind;
}

interface Faults {
  readonly kills: readonly KillOutcome[];
  readonly outage?: OutageOutcome;
}

async function inject(kind: Kind, parts: { system: System; history: History; tell: (line: string) => void }, watch: ProcessWatch): Promise<Faults> {
  if (kind !== 'kills') return { kills: [], outage: await takeAway(kind, parts, numberOf('outage-sec')) };
  return { kills: await killServices(parts, watch, planKills(SERVICES, numberOf('kills'), numberOf('seed'))) };
}

/** Waits until every message is where it belongs, then a little longer for what comes twice. */
async function drained(history: History, load: ChaosLoad): Promise<void> {
  const deadline = Date.now() + numberOf('drain-sec') * 1_000;
  while ((history.open > 0 || load.waiting > 0) && Date.now() < deadline) await sleep(200);
  await sleep(5_000);
}

async function play(kind: Kind, system: System): Promise<ChaosResult> {
  const history = new History();
  const load = new ChaosLoad({
    url: system.url, history, rate: numberOf('rate'), pairs: numberOf('pairs'), smsPairs: numberOf('sms-pairs'),
    window: numberOf('window'), submitLimitMs: numberOf('submit-limit-sec') * 1_000,
  });
  const network = new SmsNetwork(system, history);
  console.log(`connecting ${numberOf('pairs')} pairs with four devices, ${numberOf('sms-pairs')} with a recipient on SMS …`);
  await network.csOnly((await load.connect()).smsRecipients);
  const progress = new Progress(history, load);
  const parts = { system, history, tell: (line: string) => progress.tell(line) };
  const watch = new ProcessWatch(parts);
  network.start();
  load.start();
  await sleep(numberOf('calm-sec') * 1_000);
  const faults = await inject(kind, parts, watch);
  await sleep(numberOf('calm-sec') * 1_000);
  load.stop();
  progress.tell('no more is written; waiting for what is under way');
  const stoppedAt = Date.now();
  await drained(history, load);
  const drainMs = Date.now() - stoppedAt;
  network.stop();
  watch.stop();
  progress.stop();
  const verdict = judge(history.events);
  const journeys = await journeysOf(system.url, verdict.lost.map(({ id }) => id));
  const letters = await deadLetters(system.url);
  load.close();
  return { at: new Date().toISOString(), kind, setting: values, ...faults, drainMs, unsent: load.waiting, verdict, deadLetters: letters, journeys };
}

function save(result: ChaosResult): void {
  mkdirSync(OUT, { recursive: true });
  writeFileSync(`${OUT}/${result.kind}.json`, `${JSON.stringify(result, null, 2)}\n`);
  console.log(`\nwritten: ${OUT}/${result.kind}.json`);
}

/** The logs would go with the system. */
function keepLogs(kind: Kind, logDir: string): void {
  rmSync(`${OUT}/${kind}-logs`, { recursive: true, force: true });
  cpSync(logDir, `${OUT}/${kind}-logs`, { recursive: true });
  console.log(`logs:    ${OUT}/${kind}-logs`);
}

async function main(): Promise<boolean> {
  const kind = kindOf(positionals[0]);
  console.log('starting the system, one process per service …');
  const system = await startSystem({ processes: true, httpPort: 0, quiet: true, fresh: true, log: (line) => console.log(`        ${line}`) });
  try {
    const result = await play(kind, system);
    console.log(summary(result));
    save(result);
    return isHeld(result);
  } finally {
    keepLogs(kind, system.logDir);
    await system.stop();
  }
}

process.exit((await main()) ? 0 : 1);
