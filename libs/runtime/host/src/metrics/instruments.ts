import { METRICS, type Labelled, type LabelName, type MetricDefinition, type MetricName, type NameOf } from '@cpm/metrics';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface CounterOf<Name extends MetricName> {
  inc(labels: Labelled<Name>, by?: number): void;
  reset(): void;
}

export interface GaugeOf<Name extends MetricName> {
  set(labels: Labelled<Name>, value: number): void;
}

export interface HistogramOf<Name extends MetricName> {
  observe(labels: Labelled<Name>, value: number): void;
  /** The result, called, observes the seconds since. */
  startTimer(labels: Labelled<Name>): () => number;
}

/** Asked for the figures whenever somebody collects them. */
type Collect<Instrument> = (instrument: Instrument) => void | Promise<void>;

function optionsOf<Name extends MetricName>(registry: Registry, name: Name) {
  const { help, labels, buckets }: MetricDefinition = METRICS[name];
  return { name, help, labelNames: Object.keys(labels) as LabelName<Name>[], registers: [registry], ...(buckets && { buckets: [...buckets] }) };
}

/** A counter of the catalogue. @throws when the registry has it */
export function counterOf<Name extends NameOf<'counter'>>(registry: Registry, name: Name, collect?: Collect<CounterOf<Name>>): CounterOf<Name> {
  const counter = new Counter<LabelName<Name>>({ ...optionsOf(registry, name), ...(collect && { collect: () => collect(typed) }) });
  const typed = counter as unknown as CounterOf<Name>;
  return typed;
}

export function gaugeOf<Name extends NameOf<'gauge'>>(registry: Registry, name: Name, collect?: Collect<GaugeOf<Name>>): GaugeOf<Name> {
  const gauge = new Gauge<LabelName<Name>>({ ...optionsOf(registry, name), ...(collect && { collect: () => collect(typed) }) });
  const typed = gauge as unknown as GaugeOf<Name>;
  return typed;
}

export function histogramOf<Name extends NameOf<'histogram'>>(registry: Registry, name: Name): HistogramOf<Name> {
  return new Histogram<LabelName<Name>>(optionsOf(registry, name)) as unknown as HistogramOf<Name>;
}
