import { usageOf } from '../../bench/process-usage.js';
import type { System } from '../../start/start-system.js';

const EVERY_MS = 1_000;

/** Follows the services' processes: the memory each has at most, and whether one ended. */
export class ProcessMemory {
  readonly #first: ReadonlyMap<string, number>;
  readonly #most = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  readonly #pids: string;
  #ended = false;

  constructor(private readonly system: Pick<System, 'pids'>) {
    this.#pids = JSON.stringify([...system.pids]);
    this.#first = new Map([...system.pids].map(([app, pid]) => [app, residentMiB(pid)]));
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** MiB. */
  get most(): number {
    return [...this.#most.values()].reduce((sum, mib) => sum + mib, 0);
  }

  get first(): number {
    return [...this.#first.values()].reduce((sum, mib) => sum + mib, 0);
  }

  stop(): void {
    this.#look();
    clearInterval(this.#timer);
  }

  #look(): void {
    if (JSON.stringify([...this.system.pids]) !== this.#pids) this.#ended = true;
    for (const [app, pid] of this.system.pids) this.#most.set(app, Math.max(this.#most.get(app) ?? 0, residentMiB(pid)));
  }
}

function residentMiB(pid: number): number {
  try {
    return usageOf(pid).rssMb;
  } catch {
    return 0;
  }
}
