import { DECISION_METRICS, type Count } from '@cpm/metrics';
import type { Registry } from 'prom-client';
import { counterOf } from './instruments.js';

interface AnyCounter {
  inc(labels: Readonly<Record<string, string>>, by: number): void;
}

/** The counters that decisions of all services name. */
export class DecisionCounters {
  private readonly counters: ReadonlyMap<string, AnyCounter>;

  constructor(registry: Registry) {
    const names = Object.keys(DECISION_METRICS) as (keyof typeof DECISION_METRICS)[];
    this.counters = new Map(names.map((name) => [name, counterOf(registry, name)]));
  }

  add(counts: readonly Count[]): void {
    for (const { metric, labels, by } of counts) this.counters.get(metric)?.inc(labels, by);
  }
}
