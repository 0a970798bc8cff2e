import type { GovernedIntake } from '@cpm/http';
import type { ServiceName } from '@cpm/runtime-decider';
import type { BatchMeasure } from '@cpm/runtime-engine';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { InboxStatus } from './platform.js';
import type { SpanCounts } from './tracing/span-export.js';

const STATUSES: readonly InboxStatus[] = ['starting', 'running', 'stalled', 'crashed', 'stopped'];
const STEPS = ['load', 'decide', 'write', 'publish'] as const;

/** The measurements of one process, labelled by service and by closed lists of words only. */
export class Metrics {
  readonly registry = new Registry();
  readonly #batchRecords = this.#histogram('cpm_inbox_batch_records', 'Records per batch', [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000], []);
  readonly #stepSeconds = this.#histogram('cpm_inbox_step_seconds', 'Time of one step of a batch', [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5], ['step']);
  readonly #records = this.#counter('cpm_inbox_records_total', 'Records taken from the inbox');
  readonly #published = this.#counter('cpm_published_records_total', 'Records published by decisions');
  readonly #deadLetters = this.#counter('cpm_dead_letters_total', 'Records put aside as poison');
  readonly #replayed = this.#counter('cpm_dead_letters_replayed_total', 'Dead letters appended to the inbox again');
  readonly #conflicts = this.#counter('cpm_write_conflicts_total', 'Batches decided again because another owner wrote first');
  readonly #failures = this.#counter('cpm_batch_failures_total', 'Batches that failed for another reason and were fetched again');
  readonly #timers = this.#counter('cpm_timers_injected_total', 'Due timers put into the log');
  readonly #status = new Gauge({ name: 'cpm_inbox_status', help: '1 for the current state of the consumer', labelNames: ['service', 'status'], registers: [this.registry] });

  readonly #lags = new Map<ServiceName, () => number>();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    const lags = this.#lags;
    new Gauge({
      name: 'cpm_inbox_lag_records', help: 'Records of the owned partitions that are not committed', labelNames: ['service'], registers: [this.registry],
      collect() {
        for (const [service, lag] of lags) this.set({ service }, lag());
      },
    });
  }

  /** Asked whenever the measurements are collected. */
  watchLag(service: ServiceName, lag: () => number): void {
    this.#lags.set(service, lag);
  }

  /** Asked whenever the measurements are collected. */
  watchIntake(intake: GovernedIntake): void {
    const registers = [this.registry];
    new Gauge({ name: 'cpm_intake_per_second', help: 'Units of new work a second that are let in', registers, collect() { this.set(intake.perSecond); } });
    new Gauge({ name: 'cpm_intake_limited', help: '1 while accepted work waits too long and less is let in', registers, collect() { this.set(intake.isLimited ? 1 : 0); } });
    new Gauge({
      name: 'cpm_intake_requests', help: 'Requests for new work since the start, by what became of them', labelNames: ['outcome'], registers,
      collect() {
        for (const [outcome, count] of Object.entries(intake.counts)) this.set({ outcome }, count);
      },
    });
  }

  /** Asked whenever the measurements are collected. */
  watchSpans(counts: Readonly<SpanCounts>): void {
    const registers = [this.registry];
    new Gauge({ name: 'cpm_spans_waiting', help: 'Recorded spans that the collector does not have yet', registers, collect() { this.set(counts.waiting); } });
    new Counter({
      name: 'cpm_spans_total', help: 'Recorded spans by what became of them: exported, dropped for want of room, or failed with the collector', labelNames: ['outcome'], registers,
      collect() {
        this.reset();
        for (const outcome of ['exported', 'dropped', 'failed'] as const) this.inc({ outcome }, counts[outcome]);
      },
    });
  }

  batch(service: ServiceName, measure: BatchMeasure): void {
    this.#batchRecords.observe({ service }, measure.records);
    this.#records.inc({ service }, measure.records);
    this.#published.inc({ service }, measure.published);
    if (measure.poison > 0) this.#deadLetters.inc({ service }, measure.poison);
    for (const step of STEPS) this.#stepSeconds.observe({ service, step }, measure[`${step}Ms`] / 1_000);
  }

  conflict(service: ServiceName): void {
    this.#conflicts.inc({ service });
  }

  batchFailed(service: ServiceName): void {
    this.#failures.inc({ service });
  }

  replayed(service: ServiceName): void {
    this.#replayed.inc({ service });
  }

  timersInjected(service: ServiceName, timers: number): void {
    if (timers > 0) this.#timers.inc({ service }, timers);
  }

  status(service: ServiceName, current: InboxStatus): void {
    for (const status of STATUSES) this.#status.set({ service, status }, status === current ? 1 : 0);
  }

  #counter(name: string, help: string): Counter<'service'> {
    return new Counter({ name, help, labelNames: ['service'], registers: [this.registry] });
  }

  #histogram<Label extends string>(name: string, help: string, buckets: number[], labels: readonly Label[]): Histogram<'service' | Label> {
    return new Histogram({ name, help, buckets, labelNames: ['service', ...labels], registers: [this.registry] });
  }
}
