import { DEVICE_METRICS, SMS_METRICS, T8_METRICS } from './adapter-metrics.js';
import { DECISION_METRICS } from './decision-metrics.js';
import type { LabelValues, MetricDefinition, MetricType } from './definition.js';
import { PROCESS_METRICS } from './process-metrics.js';
import { HOST_METRICS, RUNTIME_METRICS } from './runtime-metrics.js';

/** Every metric that a service exposes of its own; what is not here cannot be made. */
export const METRICS = { ...RUNTIME_METRICS, ...HOST_METRICS, ...DECISION_METRICS, ...SMS_METRICS, ...T8_METRICS, ...DEVICE_METRICS } as const;

/** With what the process itself is measured by. */
export const CATALOGUE: Readonly<Record<string, MetricDefinition>> = { ...METRICS, ...PROCESS_METRICS };

export type MetricName = keyof typeof METRICS;
export type NameOf<Type extends MetricType> = { [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never }[MetricName];

type LabelsOf<Name extends MetricName> = (typeof METRICS)[Name]['labels'];
export type LabelName<Name extends MetricName> = keyof LabelsOf<Name> & string;
type ValueOf<Values> = Values extends readonly (infer Value extends string)[] ? Value : string;
/** A value for each label of a metric. */
export type Labelled<Name extends MetricName> = { readonly [Label in LabelName<Name>]: ValueOf<LabelsOf<Name>[Label]> };

type DecisionMetric = keyof typeof DECISION_METRICS;

/** What a decision adds to one counter. */
export interface Count {
  readonly metric: DecisionMetric;
  readonly labels: Readonly<Record<string, string>>;
  readonly by: number;
}

export function count<Name extends DecisionMetric>(metric: Name, labels: Labelled<Name>, by = 1): Count {
  return { metric, labels, by };
}

/** The value where the closed list of a label has it, else `other`, which the list must have. */
export function oneOf<Value extends string>(values: readonly Value[], text: string): Value | 'other' {
  return values.find((value) => value === text) ?? 'other';
}

export type { LabelValues };
