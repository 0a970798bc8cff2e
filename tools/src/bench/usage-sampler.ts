import { processTree, usageOf } from './process-usage.js';
import type { Series } from './plot.js';

export interface ProcessUsage {
  readonly pid: number;
  readonly name: string;
  readonly cpuSeconds: number;
  readonly cpuPercent: number;
  readonly rssMb: { readonly first: number; readonly last: number; readonly max: number };
}

interface Tracked {
  readonly name: string;
  readonly firstCpu: number;
  lastCpu: number;
  readonly rss: [seconds: number, mb: number][];
}

/** Follows CPU and memory of this process's descendants, once a second. */
export class UsageSampler {
  private readonly tracked = new Map<number, Tracked>();
  private readonly started = performance.now();
  private readonly timer = setInterval(() => this.sample(), 1000);

  constructor() {
    this.sample();
  }

  stop(): ProcessUsage[] {
    clearInterval(this.timer);
    this.sample();
    const seconds = (performance.now() - this.started) / 1000;
    return [...this.tracked].map(([pid, { name, firstCpu, lastCpu, rss }]) => {
      const memory = rss.map(([, mb]) => mb);
      const cpuSeconds = lastCpu - firstCpu;
      return { pid, name, cpuSeconds, cpuPercent: (cpuSeconds / seconds) * 100, rssMb: { first: memory[0] ?? 0, last: memory.at(-1) ?? 0, max: Math.max(...memory) } };
    }).filter(({ cpuSeconds }) => cpuSeconds > 0.2);
  }

  memorySeries(): Series[] {
    return [...this.tracked.values()].filter(({ rss }) => (rss.at(-1)?.[1] ?? 0) > 40).map(({ name, rss }) => ({ name, points: rss }));
  }

  private sample(): void {
    const at = (performance.now() - this.started) / 1000;
    for (const { pid, name } of processTree(process.pid)) {
      try {
        const { cpuSeconds, rssMb } = usageOf(pid);
        const known = this.tracked.get(pid) ?? { name, firstCpu: cpuSeconds, lastCpu: cpuSeconds, rss: [] };
        this.tracked.set(pid, known);
        known.lastCpu = cpuSeconds;
        known.rss.push([at, rssMb]);
      } catch {
        // The process ended between listing and reading.
      }
    }
  }
}
