import type { RecordableHistogram } from 'node:perf_hooks';
import type { Percentiles } from './load-protocol.js';

/** Histograms count whole microseconds. */
export function record(histogram: RecordableHistogram, ms: number): void {
  histogram.record(Math.max(1, Math.round(ms * 1000)));
}

export function percentiles(histogram: RecordableHistogram): Percentiles {
  const at = (percentile: number) => (histogram.count === 0 ? 0 : Math.round(histogram.percentile(percentile) / 10) / 100);
  return { p50: at(50), p95: at(95), p99: at(99), max: Math.round(histogram.max / 10) / 100 };
}
