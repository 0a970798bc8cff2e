import { beginSpan, failed, spanContextOf, within } from '@cpm/runtime-ports';
import type { FastifyInstance, FastifyRequest } from 'fastify';

type Span = ReturnType<typeof beginSpan>;

/** What machines ask all the time. */
const UNTRACED = /^\/(health|metrics)\b/;
const UNCLAIMED = 0;

const spans = new WeakMap<FastifyRequest, Span>();

/**
 * A span for each request, which begins a trace of its own: a caller that names one with `traceparent` is linked to, and can neither join a trace,
 * nor say that his is recorded. The route stands for the path, which holds addresses.
 */
export function traceRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { method, routeOptions: { url = 'no route' } } = request;
    if (!UNTRACED.test(url)) {
      const span = beginSpan(`${method} ${url}`, { kind: 'SERVER', attributes: { 'http.request.method': method, 'http.route': url } });
      const claimed = spanContextOf(request.headers.traceparent);
      if (claimed) span.addLink({ context: { ...claimed, traceFlags: UNCLAIMED } });
      spans.set(request, span);
    }
    done();
  });
  // Not earlier: what reads the body goes on in the turn of its last byte.
  fastify.addHook('preHandler', (request, _reply, done) => within(spans.get(request)?.spanContext(), done));
  fastify.addHook('onResponse', (request, { statusCode }, done) => {
    const span = spans.get(request)?.setAttribute('http.response.status_code', statusCode);
    if (span && statusCode >= 500) failed(span, String(statusCode));
    span?.end();
    done();
  });
}

/** Of the trace that the request has begun. */
export function traceOf(request: FastifyRequest): { readonly traceId: string; readonly spanId: string } | undefined {
  return spans.get(request)?.spanContext();
}
