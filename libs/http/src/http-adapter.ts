import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addPlacesHook } from './intake/places-hook.js';
import { RequestPlaces } from './intake/request-places.js';
import { ProblemError } from './problem.js';
import { problemOf, sendProblem } from './problem-filter.js';
import { bodyFormOf, readBody } from './request-body.js';

/** Limits of every HTTP entrance; bytes and milliseconds. */
export interface HttpLimits {
  /** Largest JSON body. Room for a text of 1 MiB whose every character needs an escape of two. */
  readonly bodyLimitBytes: number;
  /** Longest path parameter, percent-encoded: an address with its escapes. */
  readonly maxParamLength: number;
  /** A request must have arrived as a whole by then, uploads included. */
  readonly requestTimeoutMs: number;
  /** Its headers by then, from when the connection was opened or the request before was answered. */
  readonly headersTimeoutMs: number;
  /** And a body that is no stream. */
  readonly bodyTimeoutMs: number;
  /** Requests that are not answered yet; those that create work have half of them. */
  readonly maxInFlight: number;
  /** Bytes of their bodies together. */
  readonly maxBodyBytesInFlight: number;
  readonly keepAliveTimeoutMs: number;
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  bodyLimitBytes: 2 * 2 ** 20 + 64 * 1024,
  maxParamLength: 1024,
  requestTimeoutMs: 600_000,
  headersTimeoutMs: 15_000,
  bodyTimeoutMs: 30_000,
  maxInFlight: 2_000,
  maxBodyBytesInFlight: 128 * 2 ** 20,
  keepAliveTimeoutMs: 72_000,
};

const REQUEST_ID = /^[\w.:+/=-]{1,128}$/;

/** Fastify as every service uses it: own body parsing with limits, problems for what fails before a route, request ids. */
class ProblemAdapter extends FastifyAdapter {
  private limits = DEFAULT_HTTP_LIMITS;
  private hasParsers = false;

  static withLimits(limits: HttpLimits): ProblemAdapter {
    const adapter = new ProblemAdapter({
      logger: false,
      trustProxy: false,
      bodyLimit: limits.bodyLimitBytes,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      http: { headersTimeout: limits.headersTimeoutMs, connectionsCheckingInterval: Math.min(5_000, limits.headersTimeoutMs) },
      routerOptions: { maxParamLength: limits.maxParamLength },
      genReqId: ({ headers }: IncomingMessage) => requestId(headers['x-request-id']),
      frameworkErrors: (error: Error, _request: unknown, reply: FastifyReply) => sendProblem(reply, problemOf(error)),
      clientErrorHandler: refuseConnection,
    });
    adapter.limits = limits;
    const fastify = adapter.getInstance<FastifyInstance>();
    fastify.addHook('onRequest', (request, reply, done) => {
      reply.header('x-request-id', request.id);
      done();
    });
    const places = new RequestPlaces({ requests: limits.maxInFlight, bodyBytes: limits.maxBodyBytesInFlight });
    addPlacesHook(fastify, { places, bodyLimitBytes: limits.bodyLimitBytes });
    return adapter;
  }

  override registerParserMiddleware(): void {
    if (this.hasParsers) return;
    this.hasParsers = true;
    const fastify = this.getInstance<FastifyInstance>();
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser('*', async (request: FastifyRequest, payload: NodeJS.ReadableStream) => {
      const { 'content-type': type = '', 'content-length': length } = request.headers;
      return readBody(payload as FastifyRequest['raw'], {
        mediaType: (type.split(';', 1)[0] ?? '').trim().toLowerCase(),
        declaredBytes: length === undefined ? undefined : Number(length),
        form: bodyFormOf(request.routeOptions.config),
        limitBytes: this.limits.bodyLimitBytes,
        withinMs: this.limits.bodyTimeoutMs,
      });
    });
  }
}

/** The adapter for `NestFactory.create`. */
export function createHttpAdapter(limits: Partial<HttpLimits> = {}): FastifyAdapter {
  return ProblemAdapter.withLimits({ ...DEFAULT_HTTP_LIMITS, ...limits });
}

function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** What is not HTTP, or too slow, never reaches a request: answered on the socket. */
function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, reason] = REFUSALS[error.code ?? ''] ?? [400, 'Bad Request'];
  const body = JSON.stringify(new ProblemError(status, 'malformed-request', 'the request is not HTTP as it should be').toProblem());
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/problem+json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
}

const REFUSALS: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
};
