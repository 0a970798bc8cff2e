import type { GovernedIntake } from '@cpm/http';
import { METRICS, type Count } from '@cpm/metrics';
import type { ServiceName } from '@cpm/runtime-decider';
import type { BatchMeasure } from '@cpm/runtime-engine';
import type { InboxPosition, PartitionBatch } from '@cpm/runtime-ports';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { InboxStatus } from '../platform.js';
import type { SpanCounts } from '../tracing/span-export.js';
import { DecisionCounters } from './decision-counters.js';
import { counterOf, gaugeOf, histogramOf } from './instruments.js';
import { Standstill } from './standstill.js';

const STATUSES: readonly InboxStatus[] = ['starting', 'running', 'stalled', 'crashed', 'stopped'];
const STEPS = ['load', 'decide', 'write', 'publish', 'commit'] as const;
const MS_PER_SEC = 1_000;

/** What is asked of a consumer whenever the measurements are collected. */
export interface WatchedInbox {
  readonly service: ServiceName;
  readonly ownedPartitions: () => readonly number[];
  readonly positions: () => readonly Omit<InboxPosition, 'service'>[];
  /** How long the oldest that was written waits to be published, ms. */
  readonly outboxMs: () => number;
  /** Since the last scan for timers that succeeded, ms. */
  readonly timersMs: () => number;
}

/** The measurements of one process, as the catalogue has them. */
export class Metrics {
  readonly registry = new Registry();
  readonly #batchRecords = histogramOf(this.registry, 'cpm_inbox_batch_records');
  readonly #stepSeconds = histogramOf(this.registry, 'cpm_inbox_step_seconds');
  readonly #waitSeconds = histogramOf(this.registry, 'cpm_inbox_wait_seconds');
  readonly #records = counterOf(this.registry, 'cpm_inbox_records_total');
  readonly #published = counterOf(this.registry, 'cpm_published_records_total');
  readonly #publishFailures = counterOf(this.registry, 'cpm_publish_failures_total');
  readonly #deadLetters = counterOf(this.registry, 'cpm_dead_letters_total');
  readonly #replayed = counterOf(this.registry, 'cpm_dead_letters_replayed_total');
  readonly #conflicts = counterOf(this.registry, 'cpm_write_conflicts_total');
  readonly #ownershipLost = counterOf(this.registry, 'cpm_ownership_lost_total');
  readonly #failures = counterOf(this.registry, 'cpm_batch_failures_total');
  readonly #timers = counterOf(this.registry, 'cpm_timers_injected_total');
  readonly #timerDelay = histogramOf(this.registry, 'cpm_timer_delay_seconds');
  readonly #status = gaugeOf(this.registry, 'cpm_inbox_status');
  readonly #decisions = new DecisionCounters(this.registry);
  readonly #inboxes: WatchedInbox[] = [];

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    gaugeOf(this.registry, 'cpm_inbox_lag_records', (gauge) => this.#each(({ service, positions }) => gauge.set({ service }, positions().reduce((sum, one) => sum + lagOf(one), 0))));
    gaugeOf(this.registry, 'cpm_inbox_lag_partition_max_records', (gauge) => this.#each(({ service, positions }) => gauge.set({ service }, Math.max(0, ...positions().map(lagOf)))));
    gaugeOf(this.registry, 'cpm_inbox_partitions', (gauge) => this.#each(({ service, ownedPartitions }) => gauge.set({ service }, ownedPartitions().length)));
    gaugeOf(this.registry, 'cpm_outbox_oldest_seconds', (gauge) => this.#each(({ service, outboxMs }) => gauge.set({ service }, outboxMs() / MS_PER_SEC)));
    gaugeOf(this.registry, 'cpm_timer_scan_age_seconds', (gauge) => this.#each(({ service, timersMs }) => gauge.set({ service }, timersMs() / MS_PER_SEC)));
    const standstills = new Map<ServiceName, Standstill>();
    gaugeOf(this.registry, 'cpm_inbox_stuck_seconds', (gauge) => this.#each(({ service, positions }) => {
      const standstill = standstills.get(service) ?? new Standstill();
      standstills.set(service, standstill);
      gauge.set({ service }, standstill.observe(performance.now(), positions()) / MS_PER_SEC);
    }));
  }

  /** Asked whenever the measurements are collected. Counters begin at 0, or their first step would not be seen as one. */
  watchInbox(inbox: WatchedInbox): void {
    const { service } = inbox;
    for (const reason of METRICS.cpm_dead_letters_total.labels.reason) this.#deadLetters.inc({ service, reason }, 0);
    for (const counter of [this.#publishFailures, this.#conflicts, this.#ownershipLost, this.#failures]) counter.inc({ service }, 0);
    this.#inboxes.push(inbox);
  }

  /** Asked whenever the measurements are collected. */
  watchIntake(intake: GovernedIntake): void {
    gaugeOf(this.registry, 'cpm_intake_per_second', (gauge) => gauge.set({}, intake.perSecond));
    gaugeOf(this.registry, 'cpm_intake_limited', (gauge) => gauge.set({}, intake.isLimited ? 1 : 0));
    counterOf(this.registry, 'cpm_intake_requests_total', (counter) => {
      counter.reset();
      for (const outcome of ['admitted', 'overloaded', 'overShare'] as const) counter.inc({ outcome }, intake.counts[outcome]);
    });
  }

  /** Asked whenever the measurements are collected. */
  watchSpans(counts: Readonly<SpanCounts>): void {
    gaugeOf(this.registry, 'cpm_spans_waiting', (gauge) => gauge.set({}, counts.waiting));
    counterOf(this.registry, 'cpm_spans_total', (counter) => {
      counter.reset();
      for (const outcome of METRICS.cpm_spans_total.labels.outcome) counter.inc({ outcome }, counts[outcome]);
    });
  }

  /** Records were taken up, at wall time `now`. */
  taken(service: ServiceName, now: number, batches: readonly PartitionBatch[]): void {
    const [first, ...others] = batches.flatMap(({ records }) => records.slice(0, 1).map(({ timestamp }) => timestamp));
    if (first === undefined) return;
    this.#waitSeconds.observe({ service }, Math.max(0, now - Math.min(first, ...others)) / MS_PER_SEC);
  }

  batch(service: ServiceName, measure: BatchMeasure): void {
    this.#batchRecords.observe({ service }, measure.records);
    this.#records.inc({ service }, measure.records);
    this.#published.inc({ service }, measure.published);
    for (const reason of measure.deadLetters) this.#deadLetters.inc({ service, reason });
    for (const step of STEPS) this.#stepSeconds.observe({ service, step }, measure[`${step}Ms`] / MS_PER_SEC);
  }

  counted(counts: readonly Count[]): void {
    this.#decisions.add(counts);
  }

  publishFailed(service: ServiceName): void {
    this.#publishFailures.inc({ service });
  }

  conflict(service: ServiceName): void {
    this.#conflicts.inc({ service });
  }

  ownershipLost(service: ServiceName): void {
    this.#ownershipLost.inc({ service });
  }

  batchFailed(service: ServiceName): void {
    this.#failures.inc({ service });
  }

  replayed(service: ServiceName): void {
    this.#replayed.inc({ service });
  }

  timerInjected(service: ServiceName, lateMs: number): void {
    this.#timers.inc({ service });
    this.#timerDelay.observe({ service }, lateMs / MS_PER_SEC);
  }

  status(service: ServiceName, current: InboxStatus): void {
    for (const status of STATUSES) this.#status.set({ service, status }, status === current ? 1 : 0);
  }

  #each(look: (inbox: WatchedInbox) => void): void {
    for (const inbox of this.#inboxes) look(inbox);
  }
}

function lagOf({ end, committed }: Pick<InboxPosition, 'end' | 'committed'>): number {
  return Math.max(0, end - committed);
}
