import { z } from 'zod';

const hex = (digits: number) => z.string().regex(new RegExp(`^[\\da-fA-F]{${digits}}$`)).transform((id) => id.toLowerCase());
const nanoseconds = z.union([z.string().regex(/^\d{1,20}$/), z.number().int().nonnegative()]).transform(BigInt);
const attribute = z.object({
  key: z.string(),
  value: z.object({ stringValue: z.string().optional(), intValue: z.union([z.string(), z.number()]).optional(), boolValue: z.boolean().optional(), doubleValue: z.number().optional() }),
}).transform(({ key, value }) => [key, String(Object.values(value).find((one) => one !== undefined) ?? '')] as const);
const attributes = z.array(attribute).default([]).transform((pairs) => new Map(pairs));

const otlpSpan = z.object({
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: z.union([hex(16), z.literal('')]).optional(),
  name: z.string(),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes,
  links: z.array(z.object({ traceId: hex(32) })).default([]),
  status: z.object({ message: z.string().optional(), code: z.number().optional() }).optional(),
});

/** The parts that are read here of what `POST /v1/traces` takes as JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding). */
const exported = z.object({
  resourceSpans: z.array(z.object({
    resource: z.object({ attributes }).optional(),
    scopeSpans: z.array(z.object({ spans: z.array(otlpSpan).default([]) })).default([]),
  })).default([]),
});

/** A span as it is kept and told: times in epoch nanoseconds, as decimal strings. */
export const keptSpan = z.object({
  traceId: z.string(), spanId: z.string(), parentSpanId: z.string().optional(), service: z.string(), name: z.string(),
  start: z.string(), end: z.string(), message: z.string().optional(), error: z.string().optional(), linked: z.array(z.string()),
});
export type KeptSpan = Readonly<z.output<typeof keptSpan>>;

const ERROR = 2;

/** @throws ZodError that names the field */
export function spansOf(body: unknown): readonly KeptSpan[] {
  return exported.parse(body).resourceSpans.flatMap(({ resource, scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map((span) => {
    const { traceId, spanId, parentSpanId, name, startTimeUnixNano, endTimeUnixNano, attributes: own, status, links } = span;
    const message = own.get('cpm.message.id');
    return {
      traceId, spanId, name, start: String(startTimeUnixNano), end: String(endTimeUnixNano),
      service: own.get('cpm.service') ?? resource?.attributes.get('service.name') ?? 'unknown',
      linked: [...new Set(links.map((link) => link.traceId))].filter((linked) => linked !== traceId),
      ...(parentSpanId && { parentSpanId }),
      ...(message !== undefined && { message }),
      ...(status?.code === ERROR && { error: status.message || 'error' }),
    };
  })));
}
