import { usageOf } from '../bench/process-usage.js';

export interface RunningService {
  readonly service: string;
  readonly pid: number | undefined;
}

const EVERY_MS = 2_000;

/** The most resident memory that a process of each service ever had, in MB. */
export class Memory {
  readonly #most = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(running: () => readonly RunningService[]) {
    this.#timer = setInterval(() => running().forEach((one) => this.#look(one)), EVERY_MS);
  }

  stop(): Readonly<Record<string, number>> {
    clearInterval(this.#timer);
    return Object.fromEntries([...this.#most].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #look({ service, pid }: RunningService): void {
    if (pid === undefined) return;
    try {
      this.#most.set(service, Math.max(this.#most.get(service) ?? 0, Math.round(usageOf(pid).rssMb)));
    } catch {
      // It ended while it was looked at.
    }
  }
}
