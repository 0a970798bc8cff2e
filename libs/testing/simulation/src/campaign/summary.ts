import type { Mutant } from '../mutants.js';
import type { Violation } from '../simulate.js';
import type { Played } from './seeds.js';

const SHOWN = 10;

/** One line: what happened in all runs, and how fast. */
export function summaryOf({ seeds, figures }: Played, ms: number): string {
  const { long, messages, sessions, files, summaries, erasures, steps, records, crashes, stalls, poison } = figures;
  const seconds = ms / 1000;
  return `${seeds} seeds (${long} long, the others short), no violation: ${messages} messages, ${sessions} sessions, ${files} files, ${summaries} notifications of several messages, ${erasures} users erased, `
    + `${steps} steps, ${records} records, ${crashes} crashes, ${stalls} stale consumers, ${poison} poisoned records, ${seconds.toFixed(1)} s (${(seeds / seconds).toFixed(1)} seeds/s; of a seed ${(steps / seeds).toFixed(0)} steps, ${(records / seeds).toFixed(0)} records, ${((crashes + stalls) / seeds).toFixed(1)} crashes and stale consumers)`;
}

/** What is broken, in which run, and how it is played again. */
export function violationText({ seed, broken, faults, policy, operations }: Violation, mutant: Mutant | undefined): string {
  return [
    `seed ${seed}: ${broken.length} violation(s)`,
    ...broken.slice(0, SHOWN).map((line) => `  ${line}`),
    `  faults ${JSON.stringify(faults)}`,
    `  policy ${JSON.stringify(policy)}`,
    ...operations.map((operation, index) => `  ${index + 1}. ${JSON.stringify(operation)}`),
    `Replay: npm run sim -- --seed ${seed}${mutant ? ` --mutant ${mutant.name}` : ''}`,
  ].join('\n');
}
