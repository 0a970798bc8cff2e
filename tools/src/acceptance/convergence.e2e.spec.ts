import { requirement } from '@cpm/runtime-decider';
import { stepsUpTo, type Step } from '@cpm/testing-simulation';
import fc from 'fast-check';
import { Acceptance } from './acceptance.fixture.js';
import { contacts, ConvergenceRun } from './convergence-run.fixture.js';

/** `CPM_CONVERGENCE_RUNS=50` plays more of them. */
const RUNS = Number(process.env['CPM_CONVERGENCE_RUNS'] ?? 20);
const AT_ONCE = 5;
const STEPS = { least: 60, most: 120 };
const TELL_EVERY = 10;
/** Another one each time, unless it is given to see the same runs again. */
const seed = Number(process.env['CPM_CONVERGENCE_SEED'] ?? Date.now() % 1_000_000);

let world: Acceptance;

beforeAll(async () => {
  world = await Acceptance.start();
}, 120_000);
afterAll(() => world.stop(), 60_000);

requirement('CPM-MLD-017', () => {
  it('shows on five devices what the store shows each of them, whatever they did offline and wherever their calls broke off', async () => {
    const others = await contacts(world);
    const runs = fc.sample(stepsUpTo(STEPS.most, { alone: false, minLength: STEPS.least }), { numRuns: RUNS, seed }).entries();
    const started = Date.now();
    const sum = { runs: 0, steps: 0, cut: 0, held: 0 };
    const play = async (number: number, steps: readonly Step[]) => {
      const run = await ConvergenceRun.begin(world, others);
      for (const step of steps) await run.take(step);
      const different = await run.differences();
      if (different.length > 0) throw new Error(`CPM_CONVERGENCE_SEED=${seed}, run ${number}: ${JSON.stringify(steps)}\n${different.join('\n')}`);
      const held = await run.held();
      await run.end();
      Object.assign(sum, { runs: sum.runs + 1, steps: sum.steps + steps.length, cut: sum.cut + run.cut, held: sum.held + held });
      if (sum.runs % TELL_EVERY === 0) process.stderr.write(`convergence, seed ${seed}: ${sum.runs}/${RUNS} runs, ${sum.steps} steps, ${sum.cut} calls cut, ${sum.held} objects and folders left, ${((Date.now() - started) / 1_000).toFixed(1)} s\n`);
    };
    const player = async () => {
      for (const [number, steps] of runs) await play(number, steps);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, player));
    expect(sum.runs).toBe(RUNS);
  }, 600_000);
});
