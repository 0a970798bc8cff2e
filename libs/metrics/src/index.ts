export { CATALOGUE, count, METRICS, oneOf, type Count, type Labelled, type LabelName, type LabelValues, type MetricName, type NameOf } from './catalogue.js';
export { DEVICE_METRICS, STATUSES_TOLD_APART, SMS_METRICS, T8_METRICS } from './adapter-metrics.js';
export { DECISION_METRICS } from './decision-metrics.js';
export type { MetricDefinition, MetricType } from './definition.js';
export { PROCESS_METRICS } from './process-metrics.js';
export { HOST_METRICS, RUNTIME_METRICS } from './runtime-metrics.js';
