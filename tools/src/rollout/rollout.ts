import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '@cpm/runtime-decider';
import { SERVICES } from '@cpm/runtime-decider';
import { replicasOf, untilReady } from '../chaos/faults/kinds/recovery.js';
import { rollingRestart } from '../chaos/faults/kinds/rolling-restart.js';
import type { Disturbance } from '../chaos/play.js';
import type { System } from '../start/start-system.js';
import { LagWatch } from './lag-watch.js';

/** One thing that an operator does, and what the load saw of it. */
export interface RolloutStep {
  readonly what: string;
  /** Until it was done and every process was ready, ms. */
  readonly tookMs: number;
  /** From then until the consumers were no further behind than in calm, ms; undefined when they did not get there in time. */
  readonly caughtUpMs: number | undefined;
  /** Records that the consumers of all services were behind at most. */
  readonly mostLag: number;
}

export interface RolloutReport {
  /** Records behind at most before anything was done. */
  readonly calmLag: number;
  readonly steps: readonly RolloutStep[];
}

const CALM_MS = 30_000;
const READY_LIMIT_MS = 60_000;
const CATCH_UP_LIMIT_MS = 120_000;
const POLL_MS = 100;

interface Act {
  readonly kind: string;
  readonly what: string;
  readonly act: (system: System) => Promise<void>;
}

/** Scales `service` out and back, then restarts every process of every service, one after the other; at least `betweenMs` of calm after each. */
export function rollout(service: ServiceName, betweenMs: number, report: (report: RolloutReport) => void): Disturbance {
  return async ({ system, outcomes, tell }) => {
    const before = replicasOf(system, { service }).length;
    const acts: readonly Act[] = [
      scaling(service, before, before * 2),
      scaling(service, before * 2, before),
      ...SERVICES.map((each): Act => ({ kind: 'rolling-restart', what: `rolling restart of ${each}`, act: (running) => restartInTurn(running, each) })),
    ];
    const watch = await LagWatch.of(system.brokers);
    await sleep(CALM_MS);
    const calmLag = watch.takeMost();
    const steps: RolloutStep[] = [];
    for (const { kind, what, act } of acts) {
      tell(what);
      const at = Date.now();
      await act(system);
      const doneAt = Date.now();
      const caughtUpMs = await caughtUp(watch, calmLag);
      const step = { what, tookMs: doneAt - at, caughtUpMs, mostLag: watch.takeMost() };
      steps.push(step);
      outcomes.push({ kind, target: what, recoveredAfterMs: caughtUpMs });
      tell(`${what}: done after ${(step.tookMs / 1_000).toFixed(1)} s, at most ${step.mostLag} records behind, caught up ${caughtUpMs === undefined ? 'NOT' : `${(caughtUpMs / 1_000).toFixed(1)} s later`}`);
      await sleep(betweenMs);
    }
    await watch.stop();
    report({ calmLag, steps });
  };
}

function scaling(service: ServiceName, from: number, to: number): Act {
  return {
    kind: to > from ? 'scale-out' : 'scale-in', what: `${service} from ${from} to ${to} processes`,
    act: async (system) => {
      await system.scale(service, to);
      await Promise.all(system.processes.map((process) => untilReady(process, READY_LIMIT_MS)));
    },
  };
}

async function restartInTurn(system: System, service: ServiceName): Promise<void> {
  await rollingRestart({ kind: 'rolling-restart', service }, system).inject();
}

async function caughtUp(watch: LagWatch, calmLag: number): Promise<number | undefined> {
  const from = Date.now();
  while (watch.now > calmLag) {
    if (Date.now() > from + CATCH_UP_LIMIT_MS) return undefined;
    await sleep(POLL_MS);
  }
  return Date.now() - from;
}
