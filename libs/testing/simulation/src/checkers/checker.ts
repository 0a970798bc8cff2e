import type { World } from '../world.js';

/** One invariant: returns a sentence per violation. `atEnd` ones are true only once everything is over. */
export interface Checker {
  readonly name: string;
  readonly atEnd: boolean;
  check(world: World): string[];
}
