/** What a label can say: a closed list, or what was configured, at most so many. Never what users, devices or messages are called. */
export type LabelValues = readonly string[] | { readonly of: string; readonly atMost: number };

export type MetricType = 'counter' | 'gauge' | 'histogram';

export interface MetricDefinition<Type extends MetricType = MetricType, Labels extends Readonly<Record<string, LabelValues>> = Readonly<Record<string, LabelValues>>> {
  readonly type: Type;
  readonly help: string;
  readonly labels: Labels;
  /** Upper bounds; of histograms only. */
  readonly buckets?: readonly number[];
}

type LabelSet = Readonly<Record<string, LabelValues>>;
const UNLABELLED = {} satisfies LabelSet;

export function counter<const Labels extends LabelSet = typeof UNLABELLED>(help: string, labels?: Labels): MetricDefinition<'counter', Labels> {
  return { type: 'counter', help, labels: labels ?? (UNLABELLED as Labels) };
}

export function gauge<const Labels extends LabelSet = typeof UNLABELLED>(help: string, labels?: Labels): MetricDefinition<'gauge', Labels> {
  return { type: 'gauge', help, labels: labels ?? (UNLABELLED as Labels) };
}

export function histogram<const Labels extends LabelSet = typeof UNLABELLED>(help: string, buckets: readonly number[], labels?: Labels): MetricDefinition<'histogram', Labels> {
  return { type: 'histogram', help, buckets, labels: labels ?? (UNLABELLED as Labels) };
}
