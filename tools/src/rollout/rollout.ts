import { setTimeout as sleep } from 'node:timers/promises';
import type { Disturbance } from '../chaos/play.js';
import type { Act } from './acts.js';
import { LagWatch, type Lag } from './lag-watch.js';

/** One thing that an operator does, and what the load saw of it. */
export interface RolloutStep {
  readonly what: string;
  /** Until it was done and every process was ready, ms. */
  readonly tookMs: number;
  /** From then until the consumers were no further behind than half of the time in calm, ms; undefined when they did not get there in time. */
  readonly caughtUpMs: number | undefined;
  /** Records that the consumers of all services were behind at most. */
  readonly mostLag: number;
}

export interface RolloutReport {
  /** Before anything was done. */
  readonly calm: Lag;
  readonly steps: readonly RolloutStep[];
}

const CALM_MS = 30_000;
const CATCH_UP_LIMIT_MS = 120_000;
const POLL_MS = 100;

/** One act after the other, with at least `betweenMs` after each. */
export function rollout(acts: readonly Act[], betweenMs: number, report: (report: RolloutReport) => void): Disturbance {
  return async ({ system, outcomes, tell }) => {
    const watch = await LagWatch.of(system.brokers);
    await sleep(CALM_MS);
    const calm = watch.take();
    const steps: RolloutStep[] = [];
    for (const { kind, what, act } of acts) {
      tell(what);
      const at = Date.now();
      await act(system);
      const doneAt = Date.now();
      const caughtUpMs = await caughtUp(watch, calm);
      const step = { what, tookMs: doneAt - at, caughtUpMs, mostLag: watch.take().most };
      steps.push(step);
      outcomes.push({ kind, target: what, recoveredAfterMs: caughtUpMs });
      tell(`${what}: done after ${(step.tookMs / 1_000).toFixed(1)} s, at most ${step.mostLag} records behind, caught up ${caughtUpMs === undefined ? 'NOT' : `${(caughtUpMs / 1_000).toFixed(1)} s later`}`);
      await sleep(betweenMs);
    }
    await watch.stop();
    report({ calm, steps });
  };
}

async function caughtUp(watch: LagWatch, { median }: Lag): Promise<number | undefined> {
  const from = Date.now();
  while (watch.now > median) {
    if (Date.now() > from + CATCH_UP_LIMIT_MS) return undefined;
    await sleep(POLL_MS);
  }
  return Date.now() - from;
}
