import fc from 'fast-check';
import { Convergence } from './convergence.js';
import { stepsUpTo } from './steps.js';

export interface ConvergenceFigures {
  readonly runs: number;
  readonly steps: number;
  readonly changes: number;
}

export type ConvergenceOutcome = { readonly figures: ConvergenceFigures; readonly violation?: string };

/** Random runs of five devices until one does not come to rest as the server; `seed` gives the same runs again. */
export async function checkConvergence(runs: number, seed: number, progress: (figures: ConvergenceFigures) => void): Promise<ConvergenceOutcome> {
  let figures: ConvergenceFigures = { runs: 0, steps: 0, changes: 0 };
  const result = await fc.check(fc.asyncProperty(stepsUpTo(80, { alone: true }), async (all) => {
    const run = await Convergence.begin();
    for (const step of all) await run.take(step);
    const different = await run.differences();
    figures = { runs: figures.runs + 1, steps: figures.steps + all.length, changes: figures.changes + run.changes };
    progress(figures);
    if (different.length > 0) throw new Error(different.join('\n'));
  }), { numRuns: runs, seed });
  return { figures, ...(result.failed && { violation: `${fc.defaultReportMessage(result) ?? 'failed'}\n${String(result.errorInstance)}` }) };
}
