import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { HostConfig } from '../config.js';
import { redactionBy } from '../redaction.js';
import { BoundedSpans, RedactedExporter, type SpanCounts } from './span-export.js';

export interface Tracing {
  readonly counts: Readonly<SpanCounts>;
  /** Sends what waits, for a few seconds at most. */
  stop(): Promise<void>;
}

/** Well below SHUTDOWN_GRACE_MS: a collector that is down must not make a process that ends in order look like one that hangs. */
const FLUSH_MS = 3_000;

/** Records spans of this process and exports them as the configuration says; undefined where it names no collector, and then next to nothing is done for tracing. */
export function startTracing(config: HostConfig, services: readonly string[], log: Logger): Tracing | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_MAX_QUEUE_SIZE: limit } = config;
  if (endpoint === undefined) return undefined;
  const counts: SpanCounts = { exported: 0, dropped: 0, failed: 0, waiting: 0 };
  const changed = (works: boolean) => (works ? log.info('the collector takes spans again') : log.warn('the collector takes no spans: they are dropped, and counted by cpm_spans_total'));
  const otlp = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, headers: config.OTEL_EXPORTER_OTLP_HEADERS, timeoutMillis: config.OTEL_EXPORTER_OTLP_TIMEOUT });
  const exporter = new RedactedExporter(otlp, redactionBy(config.LOG_ADDRESS_KEY), { counts, changed });
  const queue = new BatchSpanProcessor({ exporter, maxQueueSize: limit, maxExportBatchSize: Math.min(512, limit), scheduledDelayMillis: config.OTEL_BSP_SCHEDULE_DELAY });
  const [only = 'none', ...others] = services;
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': config.OTEL_SERVICE_NAME ?? (others.length > 0 ? 'all-in-one' : only), 'service.namespace': 'cpm' }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(config.OTEL_TRACES_SAMPLER_ARG) }),
    spanProcessors: [new BoundedSpans(queue, counts, limit)],
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return { counts, stop: () => stop(provider) };
}

async function stop(provider: TracerProvider): Promise<void> {
  trace.disable();
  context.disable();
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, FLUSH_MS);
  });
  await Promise.race([provider.shutdown().catch(() => undefined), over]);
  clearTimeout(timer);
}
