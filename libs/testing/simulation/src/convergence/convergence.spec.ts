import { requirement } from '@cpm/runtime-decider';
import fc from 'fast-check';
import { Convergence } from './convergence.js';
import { stepsUpTo } from './steps.js';

requirement('CPM-MLD-017', () => {
  it('five devices show what the server shows each of them, whatever they did while they were offline', async () => {
    await fc.assert(fc.asyncProperty(stepsUpTo(80, { alone: true }), async (all) => {
      const run = await Convergence.begin();
      for (const step of all) await run.take(step);
      expect(await run.differences()).toEqual([]);
    }), { numRuns: 150 });
  });
});
