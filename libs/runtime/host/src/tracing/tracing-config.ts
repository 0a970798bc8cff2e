import { z } from 'zod';

const HEADERS = /^[^=,\s]+=[^,]*(,\s*[^=,\s]+=[^,]*)*$/;

/** Variables of tracing, named as OpenTelemetry names them (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). Durations in ms. */
export const tracingConfig = {
  /** Base URL of a collector that takes OTLP over HTTP. Nothing is traced without one. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/, error: 'must be http(s)://host[:port]' }).transform((url) => url.replace(/\/+$/, '')).optional(),
  /** What the collector wants to be told with each request, a token for example. */
  OTEL_EXPORTER_OTLP_HEADERS: z.string().regex(HEADERS, 'must be name=value[,name=value]').transform(headersOf).default({}),
  OTEL_EXPORTER_OTLP_TIMEOUT: z.coerce.number().int().positive().max(60_000).default(5_000),
  /** The share of traces begun here that is recorded, 0 to 1. A trace that was begun elsewhere is recorded where it was decided to be. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  /** Spans that wait for the collector; what comes on top is dropped and counted. */
  OTEL_BSP_MAX_QUEUE_SIZE: z.coerce.number().int().positive().max(100_000).default(4_096),
  OTEL_BSP_SCHEDULE_DELAY: z.coerce.number().int().positive().max(60_000).default(2_000),
  /** What the process is called in traces; the service that it runs unless given. */
  OTEL_SERVICE_NAME: z.string().min(1).max(255).optional(),
};

function headersOf(list: string): Readonly<Record<string, string>> {
  return Object.fromEntries(list.split(',').map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), pair.slice(pair.indexOf('=') + 1).trim()]));
}
