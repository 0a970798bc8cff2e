import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '@cpm/runtime-decider';
import type { System } from '../start/start-system.js';
import { appendFinalSights } from './final-sight.js';
import { planFaults, runFaults, targetsOf, type FaultOutcome } from './faults/index.js';
import { History } from './history.js';
import { judge } from './judge.js';
import { ChaosLoad } from './load/chaos-load.js';
import { scanLogs, secretsOf } from './log-scan.js';
import { Memory } from './memory.js';
import { appendJourneys, deadLetters } from './operator-view.js';
import type { ChaosOptions } from './options.js';
import { Progress } from './progress.js';
import { faultsByKind, type ChaosResult, type Recovery } from './result.js';
import { SmsNetwork } from './sms-network.js';

const CALM_MS = 5_000;
/** After everything is where it belongs, for what comes twice. */
const LISTENING_MS = 10_000;
const SIGHT_LIMIT_MS = 120_000;
const GB = 2 ** 30;

/** What a run needs of a system, wherever that runs. */
export type Played = Pick<System, 'url' | 'smsc' | 'processes' | 'onProcessEnd' | 'logDir'> & {
  /** Which of the logs below `logDir`, by their path there, services write; all, unless given. */
  readonly isOwnLog?: ((path: string) => boolean) | undefined;
};

/** What is done to the system while it works; resolves when that is over. */
export type Disturbance<S extends Played = System> = (parts: DisturbanceParts<S>, options: ChaosOptions) => Promise<void>;

/** Load and a disturbance on a running system; then waits until nothing is owed, looks at everything, and judges. */
export async function play<S extends Played>(system: S, options: ChaosOptions, disturb: Disturbance<S>): Promise<ChaosResult> {
  const { smsc } = system;
  if (!smsc) throw new Error('chaos needs its own SMSC simulator: unset SMPP_URL');
  const loadAverage = os.loadavg()[0] ?? 0;
  const history = new History();
  const load = new ChaosLoad({ url: system.url, history, ...options });
  const texts = new SmsNetwork(smsc, history);
  await texts.bound();
  console.log(`connecting ${options.cast.talkers} people with three devices, ${options.cast.members} in ${options.cast.groups} groups, ${options.cast.texters} on SMS …`);
  await load.connect();
  const outcomes: Recovery[] = [];
  const memory = new Memory(() => system.processes);
  const progress = new Progress(history, { waiting: () => load.waiting, faults: () => outcomes.length });
  system.onProcessEnd(({ service, at, asked }) => history.append({ is: 'ended', service: service as ServiceName, at, by: asked ? 'kill' : 'itself' }));
  texts.start();
  load.start();
  await sleep(CALM_MS);
  await disturb({ system, history, load, outcomes, tell: (line) => progress.tell(line) }, options);
  await sleep(CALM_MS);
  load.stop();
  progress.tell('nothing more is begun; waiting for what is under way');
  const drainMs = await drained(history, load, options.drainMs);
  const unsent = load.waiting;
  progress.tell('looking at every box and store');
  const { talkers, texters, members } = load.people;
  const everybody = [...talkers, ...texters, ...members];
  await appendFinalSights(everybody, history, SIGHT_LIMIT_MS);
  progress.stop();
  texts.stop();
  await appendJourneys(system.url, history);
  const letters = await deadLetters(system.url);
  load.close();
  return {
    at: new Date().toISOString(), seed: options.seed, minutes: options.minutes, ...(options.broken !== undefined && { broken: options.broken }),
    setting: { rate: options.rate, ...options.cast },
    machine: { cores: os.cpus().length, memoryGb: Math.round(os.totalmem() / GB), loadAverage },
    faults: faultsByKind(outcomes), drainMs, unsent, repeatedCalls: load.failedCalls, verdict: judge(history.events), rssMb: memory.stop(), deadLetters: letters, journeys: journeysIn(history),
    logs: await scanLogs(system.logDir, secretsOf(everybody.map(({ address }) => address), [load.secret]), system.isOwnLog),
  };
}

export interface DisturbanceParts<S extends Played = System> {
  readonly system: S;
  readonly history: History;
  readonly load: ChaosLoad;
  /** Of what was done, as it ends. */
  readonly outcomes: Recovery[];
  readonly tell: (line: string) => void;
}

/** Faults by seed, for all of the minutes, also where the plan ends before. */
export async function injectFaults({ system, history, load, outcomes, tell }: DisturbanceParts, { seed, minutes, faults }: ChaosOptions): Promise<void> {
  const plan = planFaults(seed, minutes, targetsOf(system), faults);
  const disturbNetwork = (how: 'duplicated' | 'reordered') => {
    load.network.disturb(how);
    return Promise.resolve(() => {
      load.network.disturb('none');
      return Promise.resolve();
    });
  };
  const ended = (outcome: FaultOutcome) => {
    outcomes.push(outcome);
    const { kind, target, at, lastedMs, recoveredAfterMs = 0 } = outcome;
    history.append({ is: 'fault', kind, target, at, until: at + lastedMs + recoveredAfterMs });
  };
  await Promise.all([runFaults({ system, plan, journal: { began: () => undefined, ended }, tell, disturbNetwork }), sleep(minutes * 60_000)]);
}

function journeysIn({ events }: History): ChaosResult['journeys'] {
  return Object.fromEntries(events.flatMap((event) => (event.is === 'journey' ? [[event.id, event.lines] as const] : [])));
}

/** How long it took, in ms. */
async function drained(history: History, load: ChaosLoad, limitMs: number): Promise<number> {
  const started = Date.now();
  while ((history.open > 0 || load.waiting > 0) && Date.now() < started + limitMs) await sleep(200);
  const tookMs = Date.now() - started;
  await sleep(LISTENING_MS);
  return tookMs;
}
