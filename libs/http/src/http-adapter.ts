import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpServer } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ANSWER_HEADERS, headerLines, STRICT_TRANSPORT } from './answer-headers.js';
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

/** What the adapter is told of the way that leads to it. */
export interface HttpAdapterOptions extends Partial<HttpLimits> {
  /** Browsers reach it by https only, and are told to. */
  readonly isHttpsOnly?: boolean;
}

const REQUEST_ID = /^[\w.:+/=-]{1,128}$/;

/** A route as Fastify has it; its `url` with `:name` for parameters. */
export interface RegisteredRoute {
  readonly method: string;
  readonly url: string;
}

/** Fastify as every service uses it: own body parsing with limits, problems for what fails before a route, request ids. */
class ProblemAdapter extends FastifyAdapter {
  private limits = DEFAULT_HTTP_LIMITS;
  private hasParsers = false;
  /** Without those that only refuse. */
  readonly routes: RegisteredRoute[] = [];

  static withLimits(limits: HttpLimits, isHttpsOnly: boolean): ProblemAdapter {
    const always = { ...ANSWER_HEADERS, ...(isHttpsOnly && STRICT_TRANSPORT) };
    const adapter = new ProblemAdapter({
      logger: false,
      trustProxy: false,
      bodyLimit: limits.bodyLimitBytes,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      http: { headersTimeout: limits.headersTimeoutMs, connectionsCheckingInterval: Math.min(5_000, limits.headersTimeoutMs) },
      routerOptions: { maxParamLength: limits.maxParamLength },
      genReqId: ({ headers }: IncomingMessage) => requestId(headers['x-request-id']),
      frameworkErrors: (error: Error, _request: unknown, reply: FastifyReply) => sendProblem(reply.headers(always), problemOf(error)),
      clientErrorHandler: refuseConnection,
    });
    adapter.limits = limits;
    const fastify = adapter.getInstance<FastifyInstance>();
    fastify.addHook('onRequest', (request, reply, done) => {
      reply.headers(always).header('x-request-id', request.id);
      done();
    });
    fastify.addHook('onRoute', ({ method, url }) => {
      adapter.routes.push(...[method].flat().map((one) => ({ method: one, url })));
    });
    const places = new RequestPlaces({ requests: limits.maxInFlight, bodyBytes: limits.maxBodyBytesInFlight });
    addPlacesHook(fastify, { places, bodyLimitBytes: limits.bodyLimitBytes });
    return adapter;
  }

  refuseOtherMethods(): void {
    const fastify = this.getInstance<FastifyInstance>();
    const byUrl = Map.groupBy([...this.routes], ({ url }) => url);
    const count = this.routes.length;
    for (const [url, known] of byUrl) {
      const allowed = known.map(({ method }) => method).sort();
      const allow = allowed.join(', ');
      const refusal = new ProblemError(405, 'method-not-allowed', `there is only ${allow}`, { headers: { allow } });
      fastify.route({
        url, method: fastify.supportedMethods.filter((method) => !allowed.includes(method)), exposeHeadRoute: false,
        onRequest: (_request, _reply, done) => done(refusal),
        handler: () => undefined,
      });
    }
    this.routes.length = count;
  }

  override registerParserMiddleware(): void {
    if (this.hasParsers) return;
    this.hasParsers = true;
    const fastify = this.getInstance<FastifyInstance>();
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser('*', async (request: FastifyRequest, payload: NodeJS.ReadableStream) => {
      const { 'content-type': type = '', 'content-length': length, 'content-encoding': encoding = 'identity' } = request.headers;
      if (encoding.trim().toLowerCase() !== 'identity') throw packedContent(payload);
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
export function createHttpAdapter({ isHttpsOnly = false, ...limits }: HttpAdapterOptions = {}): FastifyAdapter {
  return ProblemAdapter.withLimits({ ...DEFAULT_HTTP_LIMITS, ...limits }, isHttpsOnly);
}

/** The routes that the adapter has so far. */
export function registeredRoutes(adapter: HttpServer): readonly RegisteredRoute[] {
  return ownAdapter(adapter).routes;
}

/**
 * Answers 405 with `Allow` where a path has routes, but none for the method (RFC 9110, 15.5.6). For when all routes are there, and before the adapter listens.
 */
export function refuseOtherMethods(adapter: HttpServer): void {
  ownAdapter(adapter).refuseOtherMethods();
}

function ownAdapter(adapter: HttpServer): ProblemAdapter {
  if (adapter instanceof ProblemAdapter) return adapter;
  throw new Error('the application was not created with createHttpAdapter()');
}

/** What is not unpacked cannot grow, and a file is what its sender has, not what a proxy made of it. RFC 9110, 15.5.16. */
function packedContent(payload: NodeJS.ReadableStream): ProblemError {
  payload.resume();
  return new ProblemError(415, 'unsupported-content-encoding', 'Content-Encoding must be identity', {
    errors: [{ path: 'Content-Encoding', message: 'must be identity' }], headers: { 'accept-encoding': 'identity' },
  });
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
  const headers = { ...ANSWER_HEADERS, 'content-type': 'application/problem+json', 'content-length': String(body.length), connection: 'close' };
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${headerLines(headers)}\r\n${body}`);
}

const REFUSALS: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
};
