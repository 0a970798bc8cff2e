import { MUTANTS } from './mutants.js';
import { simulate } from './simulate.js';

/** How far to look for a seed that shows a mutant; the docs say at which seed each was seen. */
const SEEDS_TO_CATCH = 2_000;
/** `npm run sim` plays many more. */
const SEEDS = 200;

describe('the whole system on a virtual clock', () => {
  it('keeps every invariant through crashes, copies, stale consumers and poison', async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { violation } = await simulate(seed);
      expect(violation).toBeUndefined();
    }
  });

  it('runs the same way from the same seed', async () => {
    const [first, second] = [await simulate(42), await simulate(42)];
    expect(second).toEqual(first);
  });

  it.each(MUTANTS.map(({ name }) => name))('notices when the %s safeguard is removed, and shows it again from the seed', async (name) => {
    const mutant = MUTANTS.find((candidate) => candidate.name === name);
    let caught: number | undefined;
    for (let seed = 1; seed <= SEEDS_TO_CATCH && caught === undefined; seed += 1) {
      if ((await simulate(seed, mutant)).violation) caught = seed;
    }
    expect(caught).toBeDefined();
    expect((await simulate(caught as number, mutant)).violation?.broken.length).toBeGreaterThan(0);
    expect((await simulate(caught as number)).violation).toBeUndefined();
  });
});
