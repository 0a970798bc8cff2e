import { context, isSpanContextValid, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags, type Attributes, type Context, type Link, type Span, type SpanContext } from '@opentelemetry/api';

/** What a span says beside its times: no address, no content. Names as in https://opentelemetry.io/docs/specs/semconv/. */
export interface SpanParts {
  readonly kind: keyof typeof SpanKind;
  /** Whose work it is, where a process hosts several services. */
  readonly service?: string;
  readonly attributes?: Attributes;
  /** Traces that it has to do with and does not belong to. */
  readonly links?: readonly (SpanContext | undefined)[];
}

/** Version 00 of https://www.w3.org/TR/trace-context/#traceparent-header; ids of zeros only name nothing. */
const TRACEPARENT = /^00-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})$/;

/** The span that a `traceparent` names; undefined where it is missing or none. */
export function spanContextOf(traceparent: unknown): SpanContext | undefined {
  const [, traceId, spanId, flags] = (typeof traceparent === 'string' && TRACEPARENT.exec(traceparent)) || [];
  return traceId === undefined || spanId === undefined || flags === undefined ? undefined : { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
}

/** Undefined for a span that nobody made. */
export function traceparentOf(span: SpanContext | undefined): string | undefined {
  return span && isSpanContextValid(span) ? `00-${span.traceId}-${span.spanId}-0${span.traceFlags & TraceFlags.SAMPLED}` : undefined;
}

export function isSampled(span: SpanContext | undefined): boolean {
  return span !== undefined && (span.traceFlags & TraceFlags.SAMPLED) !== 0;
}

/** The span that what runs now is a part of. */
export function currentSpan(): SpanContext | undefined {
  const span = trace.getSpanContext(context.active());
  return span && isSpanContextValid(span) ? span : undefined;
}

/** Begins a span under `parent`, or a trace of its own; whoever begins it ends it. */
export function beginSpan(name: string, { kind, service, attributes, links = [] }: SpanParts, parent?: SpanContext): Span {
  const linked = links.filter((one) => one !== undefined).map((one): Link => ({ context: one }));
  const named = service === undefined ? attributes : { 'cpm.service': service, ...attributes };
  return trace.getTracer('cpm').startSpan(name, { kind: SpanKind[kind], links: linked, ...(named && { attributes: named }) }, contextOf(parent));
}

/** Runs as a part of `span`, or of none, and of nothing that ran around it. */
export function within<Result>(span: SpanContext | undefined, run: () => Result): Result {
  return context.with(contextOf(span), run);
}

/** Runs as the work of `span`, which ends with it. An error is told by its name only: its message may say whom it is about. */
export async function through<Result>(span: Span, run: () => Result): Promise<Awaited<Result>> {
  try {
    return await context.with(trace.setSpan(ROOT_CONTEXT, span), run);
  } catch (error) {
    failed(span, errorName(error));
    throw error;
  } finally {
    span.end();
  }
}

export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** `name` is of a kind of error and of nobody. */
export function failed(span: Span, name: string): void {
  span.setAttribute('error.type', name).setStatus({ code: SpanStatusCode.ERROR, message: name });
}

/** A step of what runs now; where that is in no recorded trace, it only runs. */
export async function step<Result>(name: string, parts: () => SpanParts, run: () => Result): Promise<Awaited<Result>> {
  const active = currentSpan();
  return isSampled(active) ? through(beginSpan(name, parts(), active), run) : await run();
}

/** What comes from outside begins a trace of its own: nobody joins one by what he sends. */
export function entering<Result>(name: string, parts: SpanParts, run: () => Result): Promise<Awaited<Result>> {
  return through(beginSpan(name, parts), run);
}

function contextOf(span: SpanContext | undefined): Context {
  return span === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, span);
}
