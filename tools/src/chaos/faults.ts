import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '@cpm/runtime-decider';
import type { System } from '../start/start-system.js';
import type { History } from './history.js';
import type { PlannedKill } from './kill-plan.js';

export interface KillOutcome {
  readonly service: ServiceName;
  readonly at: number;
  /** Until every service said that it is ready. */
  readonly recoveredAfterMs: number;
}

export interface OutageOutcome {
  readonly target: 'kafka' | 'mongod';
  readonly at: number;
  /** From the kill until the entry said that it is not ready; undefined when it never did. */
  readonly unreadyAfterMs: number | undefined;
  readonly statusDuringOutage: number;
  readonly lastedMs: number;
  /** From the restart until the target itself served again. */
  readonly servedAfterMs: number;
  /** From the restart until every service said that it is ready. */
  readonly readyAfterMs: number;
}

export interface FaultParts {
  readonly system: System;
  readonly history: History;
  readonly tell: (line: string) => void;
}

const RECOVERY_LIMIT_MS = 180_000;
const POLL_MS = 100;

/** Kills one service after the other, each when the one before is overcome. @throws when one does not come back */
export async function killServices({ system, tell }: FaultParts, watch: ProcessWatch, plan: readonly PlannedKill[]): Promise<KillOutcome[]> {
  const outcomes: KillOutcome[] = [];
  for (const [index, { service, afterMs }] of plan.entries()) {
    await sleep(afterMs);
    const killed = system.pids.get(service);
    const at = Date.now();
    watch.kill(service);
    await until(async () => system.pids.get(service) !== killed && (await readiness(system.url)) === 200, `${service} did not come back`);
    outcomes.push({ service, at, recoveredAfterMs: Date.now() - at });
    tell(`kill ${index + 1} of ${plan.length}: ${service} was overcome in ${((Date.now() - at) / 1_000).toFixed(1)} s`);
  }
  return outcomes;
}

/** Takes broker or database away for a time. @throws when the system does not become ready again */
export async function takeAway(target: 'kafka' | 'mongod', { system, tell }: FaultParts, seconds: number): Promise<OutageOutcome> {
  const service = target === 'kafka' ? system.stack.kafka : system.stack.mongo;
  const at = Date.now();
  await service.kill();
  tell(`${target} was killed`);
  let unreadyAfterMs: number | undefined;
  let statusDuringOutage = 200;
  while (Date.now() < at + seconds * 1_000) {
    const status = await readiness(system.url);
    if (status !== 200) {
      statusDuringOutage = status;
      unreadyAfterMs ??= Date.now() - at;
    }
    await sleep(POLL_MS);
  }
  const restartedAt = Date.now();
  tell(`${target} starts again; /health/ready said ${statusDuringOutage} during the outage`);
  await service.restart();
  const servedAfterMs = Date.now() - restartedAt;
  await until(async () => (await readiness(system.url)) === 200, `the system did not recover from the loss of ${target}`);
  const readyAfterMs = Date.now() - restartedAt;
  tell(`ready again ${(readyAfterMs / 1_000).toFixed(1)} s after the restart of ${target} began`);
  return { target, at, unreadyAfterMs, statusDuringOutage, lastedMs: restartedAt - at, servedAfterMs, readyAfterMs };
}

/** Writes down every end of a process, and which of them were not ours. */
export class ProcessWatch {
  readonly #killed = new Set<number>();
  #known: ReadonlyMap<string, number>;
  readonly #timer = setInterval(() => this.#look(), POLL_MS);

  constructor(private readonly parts: FaultParts) {
    this.#known = parts.system.pids;
  }

  kill(service: ServiceName): void {
    const { system, history } = this.parts;
    this.#killed.add(system.pids.get(service) ?? 0);
    history.append({ is: 'ended', service, at: Date.now(), by: 'kill' });
    system.kill(service);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { system, history } = this.parts;
    const now = system.pids;
    for (const [app, pid] of this.#known) {
      if (now.get(app as ServiceName) === pid || this.#killed.has(pid)) continue;
      history.append({ is: 'ended', service: app as ServiceName, at: Date.now(), by: 'itself' });
    }
    this.#known = now;
  }
}

async function readiness(url: string): Promise<number> {
  const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.status ?? 0;
}

async function until(condition: () => Promise<boolean>, otherwise: string): Promise<void> {
  const deadline = Date.now() + RECOVERY_LIMIT_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${otherwise} within ${RECOVERY_LIMIT_MS / 1_000} s`);
    await sleep(POLL_MS);
  }
}
