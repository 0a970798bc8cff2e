import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { COVERED_SEEDS, playInCrew } from './campaign/crew.js';
import { playSeeds, type Played } from './campaign/seeds.js';
import { summaryOf, violationText } from './campaign/summary.js';
import { checkConvergence } from './convergence/check-convergence.js';
import { deciderBranches } from './branches/decider-branches.js';
import { isEnough, tableOf } from './branches/branch-table.js';
import { MUTANTS, type Mutant } from './mutants.js';

const USAGE = `npm run sim -- [--seeds N] [--from S] [--workers W] [--coverage [--min-branches PERCENT]] [--mutant ${MUTANTS.map(({ name }) => name).join('|')}]
npm run sim -- --seed S [--mutant NAME]   plays one seed again
npm run sim -- --convergence RUNS [--seed S]   five devices of one user edit offline, lose answers, restart: all must come to show what the server shows them`;

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    seeds: text, from: text, seed: text, workers: text, mutant: text, convergence: text, coverage: { type: 'boolean' }, 'min-branches': text, help: { type: 'boolean' },
  },
});

function number(option: 'seeds' | 'from' | 'seed' | 'workers' | 'convergence' | 'min-branches', fallback: number): number {
  const given = values[option];
  const value = given === undefined ? fallback : Number(given);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`--${option} must be a whole number, not ${given}\n${USAGE}`);
  return process.exit(2);
}

const TELL_EVERY_MS = 5000;

async function converge(runs: number, seed: number): Promise<number> {
  const started = performance.now();
  let told = started;
  const { figures, violation } = await checkConvergence(runs, seed, (sofar) => {
    if (performance.now() - told < TELL_EVERY_MS) return;
    told = performance.now();
    console.log(`${sofar.runs}/${runs} runs, ${sofar.steps} steps, ${(sofar.runs / ((told - started) / 1000)).toFixed(1)} runs/s`);
  });
  if (violation !== undefined) {
    console.error(`${violation}\nReplay: npm run sim -- --convergence ${runs} --seed ${seed}`);
    return 1;
  }
  console.log(`${figures.runs} runs of five devices, all came to show what the server shows them: ${figures.steps} steps, ${figures.changes} changes of boxes, ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return 0;
}

function conclude(played: Played, started: number, mutant: Mutant | undefined): number {
  if (played.violation) {
    console.error(violationText(played.violation, mutant));
    return 1;
  }
  console.log(summaryOf(played, performance.now() - started));
  return 0;
}

async function campaign(mutant: Mutant | undefined): Promise<number> {
  const [first, count, workers] = [number('from', 1), number('seeds', 500), Math.max(1, number('workers', availableParallelism()))];
  const coverageDirectory = values.coverage ? await mkdtemp(join(tmpdir(), 'cpm-sim-coverage-')) : undefined;
  const started = performance.now();
  let told = started;
  const tell = (sofar: Played) => {
    if (performance.now() - told < TELL_EVERY_MS) return;
    told = performance.now();
    console.log(`${sofar.seeds}/${count} seeds, ${sofar.figures.steps} steps, ${(sofar.seeds / ((told - started) / 1000)).toFixed(1)} seeds/s on ${workers} workers`);
  };
  try {
    const failed = conclude(await playInCrew({ first, count, workers, mutant: mutant?.name, tell, coverageDirectory }), started, mutant);
    if (coverageDirectory === undefined) return failed;
    const branches = await deciderBranches(coverageDirectory);
    console.log(`${tableOf(branches)}\nbranches that the first ${Math.min(count, COVERED_SEEDS)} of ${count} seeds took; the others were played without coverage`);
    return isEnough(branches, number('min-branches', 0)) ? failed : 1;
  } finally {
    if (coverageDirectory !== undefined) await rm(coverageDirectory, { recursive: true });
  }
}

async function main(): Promise<number> {
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (values.convergence !== undefined) return converge(number('convergence', 2000), number('seed', 1));
  const mutant = MUTANTS.find(({ name }) => name === values.mutant);
  if (values.mutant !== undefined && !mutant) {
    console.error(`--mutant must be one of ${MUTANTS.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  if (values.seed === undefined) return campaign(mutant);
  const started = performance.now();
  return conclude(await playSeeds({ first: number('seed', 1), count: 1 }, mutant), started, mutant);
}

process.exitCode = await main();
