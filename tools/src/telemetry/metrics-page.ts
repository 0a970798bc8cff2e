import { DECISION_METRICS, DEVICE_METRICS, HOST_METRICS, PROCESS_METRICS, RUNTIME_METRICS, SMS_METRICS, T8_METRICS, type LabelValues, type MetricDefinition } from '@cpm/metrics';
import type { GeneratedFile } from '../generated-files.js';

const CHAPTERS: readonly (readonly [title: string, metrics: Readonly<Record<string, MetricDefinition>>])[] = [
  ['Each service', RUNTIME_METRICS],
  ['Each process', HOST_METRICS],
  ['What is decided', DECISION_METRICS],
  ['SMS', SMS_METRICS],
  ['The network (T8)', T8_METRICS],
  ['Devices', DEVICE_METRICS],
  ['Node', PROCESS_METRICS],
];

/** More values than this are counted rather than written out. */
const SHOWN_VALUES = 12;

/** The catalogue as a page. */
export function metricsPage(): GeneratedFile {
  const chapters = CHAPTERS.flatMap(([title, metrics]) => [
    `## ${title}`, '', '| metric | type | what it says | labels |', '|---|---|---|---|',
    ...Object.entries(metrics).map(([name, { type, help, labels }]) => `| \`${name}\` | ${type} | ${help} | ${Object.entries(labels).map(([label, values]) => `\`${label}\`: ${told(values)}`).join('<br>')} |`),
    '',
  ]);
  return {
    path: 'docs/operations/metrics.md',
    text: [
      '# Metrics', '',
      'Made by `npm run docs` from the catalogue in [libs/metrics](../../libs/metrics/src/catalogue.ts): a metric that is not there cannot be made. Every process answers `/metrics` in the text form of Prometheus.',
      'Labels have few values, and none is an address, a device or a message. Where `service` has several values, one process hosts several services. Scrape with `honorLabels`, so that `service` stays what it is.', '',
      ...chapters,
    ].join('\n'),
  };
}

function told(values: LabelValues): string {
  if (!('of' in values)) return values.length > SHOWN_VALUES ? `${values.length} words, see the catalogue` : values.join(', ');
  return `${values.of}, at most ${values.atMost}`;
}
