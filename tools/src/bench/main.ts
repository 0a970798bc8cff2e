import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { startSystem } from '../start/start-system.js';
import { benchBoxScale } from './store/box-scale.js';
import { benchFileTransfer } from './file-transfer.js';
import { benchGroups } from './group-fan-out.js';
import { LoadProcess } from './load-process.js';
import type { PhaseResult } from './load-protocol.js';
import { countOperations, type OperationCounts, perMessage } from './operation-counts.js';
import { benchOverload } from './overload/overload.js';
import { benchSmsc } from './smsc/smsc-throughput.js';
import { benchSideBySide } from './store/side-by-side.js';
import { plot, type Series } from './plot.js';
import { measureRawLimit, type RawLimit, type WriteForm } from './raw-limit.js';
import { UNLIMITED_INTAKE } from './unlimited-intake.js';
import { type ProcessUsage, UsageSampler } from './usage-sampler.js';

const { values: options } = parseArgs({
  options: {
    pairs: { type: 'string', default: '100' },
    window: { type: 'string', default: '6' },
    seconds: { type: 'string', default: '20' },
    warmup: { type: 'string', default: '30' },
    messages: { type: 'string' },
    'file-mb': { type: 'string' },
    group: { type: 'string' },
    store: { type: 'boolean', default: false },
    objects: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '1000' },
    smsc: { type: 'boolean', default: false },
    imap: { type: 'boolean', default: false },
    connections: { type: 'string', default: '4' },
    overload: { type: 'boolean', default: false },
    capacity: { type: 'string' },
    factor: { type: 'string', default: '5' },
    minutes: { type: 'string', default: '3' },
    processes: { type: 'boolean', default: false },
    out: { type: 'string', default: '.cpm/bench' },
  },
});

interface Report {
  at: string;
  machine: { cores: number; node: string };
  setting: Record<string, unknown>;
  closedLoop: PhaseResult;
  fixedRate?: PhaseResult;
  usage: ProcessUsage[];
  perMessage: OperationCounts;
  rawLimits: Readonly<Record<WriteForm, RawLimit & { readonly ratio: number }>>;
}

async function main(): Promise<void> {
  const number = (key: 'pairs' | 'window' | 'seconds' | 'warmup') => Number(options[key]);
  console.log('Starting the system …');
  const system = await startSystem({ processes: options.processes, httpPort: 0, quiet: true, fresh: true, env: UNLIMITED_INTAKE });
  try {
    const load = new LoadProcess();
    console.log(`Connecting ${number('pairs')} pairs: ${number('pairs') * 4} devices …`);
    await load.connect(system.url, number('pairs'));
    console.log(`Warming up for ${number('warmup')} s …`);
    await load.measure({ do: 'closed', window: number('window'), seconds: number('warmup') });

    const before = await countOperations(system.brokers, system.mongoUri);
    const sampler = new UsageSampler();
    console.log(options.messages ? `Closed loop, ${options.messages} messages …` : `Closed loop, ${number('seconds')} s …`);
    const closedLoop = await load.measure(
      options.messages ? { do: 'count', window: number('window'), messages: Number(options.messages) } : { do: 'closed', window: number('window'), seconds: number('seconds') },
    );
    const memory = sampler.memorySeries();
    const usage = sampler.stop();
    const counts = perMessage(before, await countOperations(system.brokers, system.mongoUri), closedLoop.messages);

    const rate = closedLoop.perSecond / 2;
    console.log(`Fixed rate of ${rate.toFixed(0)}/s, ${number('seconds')} s …`);
    const fixedRate = await load.measure({ do: 'fixed', rate, seconds: number('seconds') });
    load.stop();
    await system.stopServices();
    console.log('Raw limit: bare kafkajs and MongoDB driver with the same records and writes per message …');
    const limitOf = async (writes: WriteForm) => {
      const limit = await measureRawLimit(system.brokers, system.mongoUri, counts, { seconds: number('seconds'), writes });
      return { ...limit, ratio: closedLoop.perSecond / limit.messagesPerSecond };
    };
    const rawLimits = { bulk: await limitOf('bulk'), grouped: await limitOf('grouped') };
    const report: Report = {
      at: new Date().toISOString(), machine: { cores: cpus().length, node: process.version }, setting: options, closedLoop, fixedRate, usage, perMessage: counts, rawLimits,
    };
    print(report);
    save(report, load.throughput, memory);
  } finally {
    await system.stop();
  }
}

function print({ closedLoop, fixedRate, usage, perMessage: counts, rawLimits }: Report): void {
  const line = (name: string, phase: PhaseResult) =>
    `${name.padEnd(12)} ${phase.perSecond.toFixed(0).padStart(6)} messages/s   submit->push p50 ${phase.submitToPush.p50} p99 ${phase.submitToPush.p99} ms   submit->report p50 ${phase.submitToReport.p50} p99 ${phase.submitToReport.p99} ms   incomplete ${phase.incomplete}, duplicate reports ${phase.duplicateReports}, refused ${phase.refused}`;
  console.log(`\n${line('closed loop', closedLoop)}`);
  if (fixedRate) console.log(line('fixed rate', fixedRate));
  console.log(`per message  ${counts.records.toFixed(1)} records, ${counts.inserts.toFixed(1)} inserts, ${counts.updates.toFixed(1)} updates, ${counts.queries.toFixed(1)} queries`);
  for (const [form, limit] of Object.entries(rawLimits)) {
    console.log(`raw limit    ${limit.messagesPerSecond.toFixed(0)} messages/s with ${form} writes (${limit.recordsPerSecond.toFixed(0)} records/s, ${limit.writesPerSecond.toFixed(0)} writes/s); ratio ${(limit.ratio * 100).toFixed(0)} %`);
  }
  for (const { name, cpuPercent, rssMb } of usage) {
    console.log(`${name.slice(0, 40).padEnd(40)} cpu ${cpuPercent.toFixed(0).padStart(4)} %   rss ${rssMb.first.toFixed(0)} -> ${rssMb.last.toFixed(0)} MB (max ${rssMb.max.toFixed(0)})`);
  }
}

function save(report: Report, throughput: readonly (readonly [number, number])[], memory: readonly Series[]): void {
  mkdirSync(options.out, { recursive: true });
  writeFileSync(`${options.out}/bench.json`, `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(`${options.out}/bench.svg`, plot([
    { title: 'Messages completed', unit: 'per second', series: [{ name: 'messages/s', points: throughput }] },
    { title: 'Resident memory', unit: 'MB', series: memory },
  ]));
  console.log(`\nWritten: ${options.out}/bench.json, ${options.out}/bench.svg`);
}

async function overload(): Promise<void> {
  const { pairs, seconds, warmup, factor, minutes, capacity, processes, out } = options;
  const isHeld = await benchOverload({
    pairs: Number(pairs), seconds: Number(seconds), warmup: Number(warmup), factor: Number(factor), minutes: Number(minutes),
    ...(capacity !== undefined && { capacity: Number(capacity) }), processes, out,
  });
  if (!isHeld) process.exitCode = 1;
}

const megabytes = options['file-mb'];
if (options.store) await benchBoxScale({ objects: Number(options.objects), rounds: Number(options.rounds) });
else if (options.overload) await overload();
else if (options.smsc) await benchSmsc({ messages: Number(options.messages ?? 20_000), window: 100, out: options.out });
else if (options.imap) await benchSideBySide({ messages: Number(options.messages ?? 10_000), connections: Number(options.connections) });
else if (options.group !== undefined) await benchGroups({ largest: Number(options.group), seconds: Number(options.seconds) });
else if (megabytes === undefined) await main();
else await benchFileTransfer({ megabytes: Number(megabytes), processes: options.processes });
