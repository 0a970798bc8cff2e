import type { Mutant } from '../mutants.js';
import { simulate, type RunFigures, type Violation } from '../simulate.js';

/** Seeds from `first` on. */
export interface SeedRange {
  readonly first: number;
  readonly count: number;
}

export interface Played {
  readonly seeds: number;
  readonly figures: RunFigures;
  /** Of the first seed that shows one; those after it were not played. */
  readonly violation?: Violation;
}

export const NOTHING_PLAYED: Played = { seeds: 0, figures: { long: 0, steps: 0, records: 0, crashes: 0, stalls: 0, poison: 0, messages: 0, sessions: 0, files: 0, summaries: 0, erasures: 0 } };

/** Plays seeds one after the other, up to the first that shows a violation. */
export async function playSeeds({ first, count }: SeedRange, mutant?: Mutant): Promise<Played> {
  let sum = NOTHING_PLAYED;
  for (let seed = first; seed < first + count; seed += 1) {
    const { figures, violation } = await simulate(seed, mutant);
    sum = added(sum, { seeds: 1, figures });
    if (violation) return { ...sum, violation };
  }
  return sum;
}

/** Both together; of two violations that of the lower seed. */
export function added(one: Played, other: Played): Played {
  const violations = [one.violation, other.violation].filter((violation) => violation !== undefined).toSorted((a, b) => a.seed - b.seed);
  const keys = Object.keys(one.figures) as (keyof RunFigures)[];
  const figures = Object.fromEntries(keys.map((key) => [key, one.figures[key] + other.figures[key]])) as unknown as RunFigures;
  return { seeds: one.seeds + other.seeds, figures, ...(violations[0] && { violation: violations[0] }) };
}
