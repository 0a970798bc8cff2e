import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { added, NOTHING_PLAYED, type Played, type SeedRange } from './seeds.js';
import type { Errand } from './worker.js';

export interface Campaign extends SeedRange {
  readonly workers: number;
  /** By its name. */
  readonly mutant?: string | undefined;
  /** Told how far it is. */
  readonly tell?: (sofar: Played) => void;
  /** Where the workers leave what V8 says they ran; they do for the first `COVERED_SEEDS`. */
  readonly coverageDirectory?: string | undefined;
}

/** Seeds that a worker gets at once: few, so that all are busy up to the end. */
const ERRAND = 20;

/**
 * Seeds that are played with coverage, which slows all that runs: few branches are left that these do not take, and what later ones take
 * could only add to them. Processes of their own play them, for code that was once counted does not become fast again.
 */
export const COVERED_SEEDS = 10_000;

/** As it is built, for a process of its own reads no TypeScript. */
const WORKER = fileURLToPath(new URL('../../dist/campaign/worker.js', import.meta.url));

/** Plays seeds in several processes. Nothing of a seed depends on who plays it; of several violations the one of the lowest seed is told. */
export async function playInCrew(campaign: Campaign): Promise<Played> {
  const errands = new Errands(campaign);
  await Promise.all(Array.from({ length: campaign.workers }, () => employ(errands, campaign)));
  return errands.sum;
}

/** What is left to do; nothing after a seed that showed a violation. */
class Errands {
  sum = NOTHING_PLAYED;
  private next: number;
  private readonly end: number;

  constructor(private readonly campaign: Campaign) {
    this.next = campaign.first;
    this.end = campaign.first + campaign.count;
  }

  /** At most so many from the first seed of the campaign on are given out. */
  take(atMost: number): Errand | undefined {
    const first = this.next;
    const count = Math.min(ERRAND, Math.min(this.end, this.campaign.first + atMost, this.sum.violation?.seed ?? Infinity) - first);
    if (count <= 0) return undefined;
    this.next += count;
    return { first, count, mutant: this.campaign.mutant };
  }

  done(played: Played): void {
    this.sum = added(this.sum, played);
    this.campaign.tell?.(this.sum);
  }
}

async function employ(errands: Errands, { coverageDirectory }: Campaign): Promise<void> {
  if (coverageDirectory !== undefined) await employProcess(errands, COVERED_SEEDS, { NODE_V8_COVERAGE: coverageDirectory });
  await employProcess(errands, Infinity, {});
}

/** One process, until nothing is left for it. */
function employProcess(errands: Errands, atMost: number, env: NodeJS.ProcessEnv): Promise<void> {
  const first = errands.take(atMost);
  if (!first) return Promise.resolve();
  const worker = fork(WORKER, { env: { ...process.env, ...env } });
  return new Promise((resolve, reject) => {
    worker.on('message', (played: Played) => {
      errands.done(played);
      handOut(worker, errands.take(atMost));
    });
    worker.on('error', reject);
    worker.on('exit', (code, signal) => (code === 0 ? resolve() : reject(new Error(`a worker of the simulation ended with ${code ?? signal}`))));
    handOut(worker, first);
  });
}

function handOut(worker: ChildProcess, errand: Errand | undefined): void {
  if (errand) worker.send(errand);
  else worker.disconnect();
}
