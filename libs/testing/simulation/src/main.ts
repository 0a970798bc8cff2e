import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { checkConvergence } from './convergence/check-convergence.js';
import { MUTANTS } from './mutants.js';
import { simulate } from './simulate.js';

const USAGE = `npm run sim -- [--seeds N] [--from S] [--seed S] [--mutant ${MUTANTS.map(({ name }) => name).join('|')}]
npm run sim -- --convergence RUNS [--seed S]   five devices of one user edit offline, lose answers, restart: all must come to show what the server shows them`;

const { values } = parseArgs({ options: { seeds: { type: 'string' }, from: { type: 'string' }, seed: { type: 'string' }, mutant: { type: 'string' }, convergence: { type: 'string' }, help: { type: 'boolean' } } });

function number(text: string | undefined, fallback: number, option: string): number {
  const value = text === undefined ? fallback : Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`--${option} must be a whole number, not ${text}\n${USAGE}`);
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

async function main(): Promise<number> {
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (values.convergence !== undefined) return converge(number(values.convergence, 2000, 'convergence'), number(values.seed, 1, 'seed'));
  const mutant = MUTANTS.find(({ name }) => name === values.mutant);
  if (values.mutant !== undefined && !mutant) {
    console.error(`--mutant must be one of ${MUTANTS.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const first = values.seed === undefined ? number(values.from, 1, 'from') : number(values.seed, 1, 'seed');
  const seeds = values.seed === undefined ? number(values.seeds, 500, 'seeds') : 1;
  const sum = { steps: 0, crashes: 0, stalls: 0, poison: 0, messages: 0, sessions: 0, files: 0, summaries: 0 };
  const started = performance.now();
  let told = started;
  for (let seed = first; seed < first + seeds; seed += 1) {
    const { figures, violation } = await simulate(seed, mutant);
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += figures[key];
    if (violation) {
      console.error(`seed ${seed}: ${violation.broken.length} violation(s)\n  ${violation.broken.slice(0, 10).join('\n  ')}`);
      console.error(`  faults ${JSON.stringify(violation.faults)}\n  policy ${JSON.stringify(violation.policy)}`);
      for (const [index, operation] of violation.operations.entries()) console.error(`  ${index + 1}. ${JSON.stringify(operation)}`);
      console.error(`Replay: npm run sim -- --seed ${seed}${mutant ? ` --mutant ${mutant.name}` : ''}`);
      return 1;
    }
    if (performance.now() - told > TELL_EVERY_MS) {
      told = performance.now();
      console.log(`${seed - first + 1}/${seeds} seeds, ${sum.steps} steps, ${((seed - first + 1) / ((told - started) / 1000)).toFixed(1)} seeds/s`);
    }
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(`${seeds} seeds, no violation: ${sum.messages} messages, ${sum.sessions} sessions, ${sum.files} files, ${sum.summaries} notifications of several messages, ${sum.steps} steps, ${sum.crashes} crashes, ${sum.stalls} stale consumers, ${sum.poison} poisoned records, ${seconds.toFixed(1)} s`);
  return 0;
}

process.exitCode = await main();
