import { MUTANTS, type Mutant } from '../mutants.js';
import { playInCrew } from './crew.js';
import { playSeeds } from './seeds.js';

describe('a crew of processes', () => {
  it('sees of every seed what one process sees', async () => {
    const range = { first: 900, count: 30 };
    expect(await playInCrew({ ...range, workers: 2 })).toEqual(await playSeeds(range));
  });

  it('tells of the lowest seed that shows a violation, whoever comes upon one first', async () => {
    const mutant = MUTANTS.find(({ name }) => name === 'ledger') as Mutant;
    const alone = await playSeeds({ first: 1, count: 60 }, mutant);
    const together = await playInCrew({ first: 1, count: 60, workers: 3, mutant: mutant.name });
    expect(together.violation?.seed).toBe(alone.violation?.seed);
    expect(together.violation).toEqual(alone.violation);
  });
});
