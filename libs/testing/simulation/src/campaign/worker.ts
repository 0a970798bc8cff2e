import { MUTANTS } from '../mutants.js';
import { playSeeds, type SeedRange } from './seeds.js';

/** What a worker is asked to play. */
export interface Errand extends SeedRange {
  /** By its name. */
  readonly mutant?: string | undefined;
}

// A process of its own that plays what it is told to, and ends with who told it.
process.on('message', (errand: Errand) => {
  void playSeeds(errand, MUTANTS.find(({ name }) => name === errand.mutant)).then((played) => process.send?.(played));
});
process.on('disconnect', () => process.exit());
