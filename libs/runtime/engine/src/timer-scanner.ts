import type { AnyAggregate, ServiceDefinition } from '@cpm/runtime-decider';
import { inboxOf } from '@cpm/runtime-decider';
import { spanContextOf, traceparentOf, type AggregateStore, type DueAggregate, type OutgoingRecord, type Publisher } from '@cpm/runtime-ports';
import { encodeEnvelope, ingressSource, TIMER_DUE, traced, type TimerDue } from './envelope.js';
import { upgraded } from './working-copy.js';

/** How long an injected timer is taken to be on its way before it is injected again. */
const REINJECT_AFTER_MS = 30_000;

/**
 * Finds timers that have come due and puts them into their user's log, where they are decided in order with
 * everything else. Injecting one twice is harmless: the state says whether it is still awaited.
 */
export class TimerScanner {
  private readonly aggregates: ReadonlyMap<string, AnyAggregate>;
  private readonly injected = new Map<string, number>();

  constructor(
    private readonly service: ServiceDefinition,
    private readonly store: AggregateStore,
    private readonly publisher: Publisher,
    private readonly limit = 500,
  ) {
    this.aggregates = new Map(service.aggregates.filter(({ timersOf }) => timersOf).map((aggregate) => [aggregate.name, aggregate]));
  }

  /** One scan of the owned partitions at wall time `now`; returns how many timers were injected. `injected` is told how late each was, ms. */
  async scan(partitions: readonly number[], now: number, injected?: (lateMs: number) => void): Promise<number> {
    for (const [key, at] of this.injected) if (at < now - REINJECT_AFTER_MS) this.injected.delete(key);
    if (this.aggregates.size === 0 || partitions.length === 0) return 0;
    const due = await this.store.due([...this.aggregates.keys()], partitions, now, this.limit);
    const timers = due.flatMap((aggregate) => this.timersOf(aggregate, now));
    if (timers.length === 0) return 0;
    await this.publisher.publish(timers.map(({ record }) => record));
    for (const { key, at } of timers) {
      this.injected.set(key, now);
      injected?.(now - at);
    }
    return timers.length;
  }

  private timersOf({ kind, id, owner, state, trace }: DueAggregate, now: number): { key: string; at: number; record: OutgoingRecord }[] {
    const aggregate = this.aggregates.get(kind);
    const timers = aggregate?.timersOf?.(upgraded(aggregate, state)) ?? {};
    return Object.entries(timers).flatMap(([timer, at]) => {
      const key = `${kind}/${id}/${timer}/${at}`;
      if (at > now || this.injected.has(key)) return [];
      const data: TimerDue = { aggregate: kind, id, timer, at };
      const value = encodeEnvelope(ingressSource(this.service.name), `timer.${at}`, TIMER_DUE, JSON.stringify(data));
      return [{ key, at, record: { topic: inboxOf(this.service.name), key: owner, value: traced(value, traceparentOf(spanContextOf(trace))) } }];
    });
  }
}
