import { mkdirSync, writeFileSync } from 'node:fs';
import { startSystem } from '../../start/start-system.js';
import { LoadProcess } from '../load-process.js';
import { plot, type Series } from '../plot.js';
import { UsageSampler } from '../usage-sampler.js';
import type { PlayedProfile, ProfilePhase, Window } from './profile-protocol.js';
import { PHASES, verdictOn, type MemoryOfProcess, type Verdict } from './verdict.js';

export interface OverloadBenchOptions {
  readonly pairs: number;
  /** Of each phase but the overload. */
  readonly seconds: number;
  readonly warmup: number;
  readonly factor: number;
  readonly minutes: number;
  /** Messages a second; measured unless given. */
  readonly capacity?: number;
  readonly processes: boolean;
  readonly out: string;
}

/** Under way per pair while capacity is looked for: more would only wait. */
const WINDOW = 2;
/** Of capacity, while one user has a great part of the load. */
const HOT_LOAD = 0.5;
const HOT_SHARE = 1 / 3;
/** Of capacity, before and after the overload. */
const CALM_LOAD = 0.5;

/** Finds capacity, then offers it several times over: true when every bound holds. */
export async function benchOverload(options: OverloadBenchOptions): Promise<boolean> {
  const { pairs, seconds, warmup, factor, minutes, processes } = options;
  console.log('Starting the system …');
  const system = await startSystem({ processes, httpPort: 0, quiet: true, fresh: true });
  try {
    const load = new LoadProcess();
    console.log(`Connecting ${pairs} pairs: ${pairs * 4} devices …`);
    await load.connect(system.url, pairs);
    console.log(`Warming up for ${warmup} s …`);
    await load.measure({ do: 'closed', window: WINDOW, seconds: warmup });
    const capacity = options.capacity ?? (await load.measure({ do: 'closed', window: WINDOW, seconds })).perSecond;
    console.log(`Capacity ${capacity.toFixed(0)} messages/s; then ${factor} times that for ${minutes} min …`);
    const phases: ProfilePhase[] = [
      { name: PHASES.calm, rate: capacity * CALM_LOAD, seconds },
      { name: PHASES.hotSender, rate: capacity * HOT_LOAD, seconds, hot: { user: 'sender', share: HOT_SHARE } },
      { name: PHASES.hotRecipient, rate: capacity * HOT_LOAD, seconds, hot: { user: 'recipient', share: HOT_SHARE } },
      { name: PHASES.capacity, rate: capacity, seconds: seconds * 2 },
      { name: PHASES.overload, rate: capacity * factor, seconds: minutes * 60 },
      { name: PHASES.after, rate: capacity * CALM_LOAD, seconds },
    ];
    const sampler = new UsageSampler();
    const profile = await load.play(phases);
    const memory = sampler.memorySeries();
    sampler.stop();
    load.stop();
    const began = phases.slice(0, 4).reduce((sum, phase) => sum + phase.seconds, 0);
    const verdict = verdictOn(profile, memory.map((series) => thirds(series, began, minutes * 60)));
    print(profile, verdict);
    save(options, { capacity, profile, verdict, memory });
    return verdict.voidBecause === undefined && verdict.bounds.every(({ holds }) => holds);
  } finally {
    await system.stop();
  }
}

function thirds({ name, points }: Series, from: number, seconds: number): MemoryOfProcess {
  const most = (third: number) => Math.max(0, ...points.flatMap(([at, mb]) => (at >= from + (third * seconds) / 3 && at < from + ((third + 1) * seconds) / 3 ? [mb] : [])));
  return { name, byThird: [most(0), most(1), most(2)] };
}

function print({ phases, lateness, unsent }: PlayedProfile, { bounds, voidBecause }: Verdict): void {
  const line = (name: string, seconds: number, { due, accepted, overloaded, overShare, failed, completed, submitToPush: push, submitToReport: report }: Window) =>
    `${name.padEnd(24)} ${(due / seconds).toFixed(0).padStart(5)}/s due  accepted ${accepted} (${(accepted / seconds).toFixed(0)}/s)  503 ${overloaded}  429 ${overShare}  failed ${failed}  completed ${completed}  push p50 ${push.p50} p99 ${push.p99}  report p50 ${report.p50} p99 ${report.p99} ms`;
  console.log('');
  for (const phase of phases) {
    console.log(line(phase.name, phase.seconds, phase));
    if (phase.others) console.log(line('  of it without that user', phase.seconds, phase.others));
  }
  console.log(`load process: submissions left p99 ${lateness.p99} ms, max ${lateness.max} ms after they were due; ${unsent} were not made\n`);
  for (const { what, holds, seen } of bounds) console.log(`${holds ? 'holds  ' : 'BROKEN '} ${what}: ${seen}`);
  if (voidBecause !== undefined) console.log(`NOT COUNTED: the load process was the bottleneck: ${voidBecause}`);
}

function save({ out, ...setting }: OverloadBenchOptions, { memory, ...report }: { capacity: number; profile: PlayedProfile; verdict: Verdict; memory: readonly Series[] }): void {
  const seconds = report.profile.phases.flatMap(({ bySecond }) => bySecond);
  const of = (name: string, value: (window: Window) => number): Series => ({ name, points: seconds.map((window, at) => [at, value(window)]) });
  mkdirSync(out, { recursive: true });
  writeFileSync(`${out}/overload.json`, `${JSON.stringify({ at: new Date().toISOString(), setting, ...report }, null, 2)}\n`);
  writeFileSync(`${out}/overload.svg`, plot([
    { title: 'Messages by the second they were due', unit: 'per second', series: [of('due', ({ due }) => due), of('accepted', ({ accepted }) => accepted)] },
    { title: 'Submit to report, p99', unit: 'ms', series: [of('accepted work', ({ submitToReport }) => submitToReport.p99)] },
    { title: 'Resident memory', unit: 'MB', series: memory },
  ]));
  console.log(`\nWritten: ${out}/overload.json, ${out}/overload.svg`);
}
