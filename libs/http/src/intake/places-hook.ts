import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problemOf, sendProblem } from '../problem-filter.js';
import { bodyFormOf } from '../request-body.js';
import { createsWork } from './creates-work.js';
import { overloaded } from './intake.js';
import type { Lane, RequestPlaces } from './request-places.js';

export interface PlacesHookParts {
  readonly places: RequestPlaces;
  /** Of a body whose length is not declared. */
  readonly bodyLimitBytes: number;
}

/** What an uploaded stream has in memory at a time. */
const STREAM_BYTES = 256 * 1024;
/** A refused body that is longer is not read: the connection ends with the answer. */
const READ_AFTER_REFUSAL_BYTES = 64 * 1024;
const OPERATOR_PATH = /^\/(?:admin|health|metrics)(?:\/|$)/;

/** Refuses what no place is left for before anything of it is read. */
export function addPlacesHook(fastify: FastifyInstance, { places, bodyLimitBytes }: PlacesHookParts): void {
  const releases = new WeakMap<FastifyRequest, () => void>();
  fastify.addHook('onRequest', (request, reply, done) => {
    const { config, url = '' } = request.routeOptions;
    const lane = laneOf(config, url);
    const bytes = lane === 'transfer' ? STREAM_BYTES : declaredBytes(request, bodyLimitBytes);
    const release = places.enter(lane, bytes);
    if (!release) {
      refuse(request, reply, overloaded('1'));
      return;
    }
    reply.raw.once('close', release);
    releases.set(request, release);
    done();
  });
  // An answer that a slow client takes its time to read is no work any more.
  fastify.addHook('onSend', (request, _reply, _payload, done) => {
    releases.get(request)?.();
    done();
  });
}

/** Answers a request of which nothing was read. */
export function refuse({ headers }: FastifyRequest, reply: FastifyReply, error: unknown): void {
  const bytes = Number(headers['content-length'] ?? (headers['transfer-encoding'] === undefined ? 0 : Infinity));
  if (bytes > READ_AFTER_REFUSAL_BYTES) void reply.header('connection', 'close');
  sendProblem(reply, problemOf(error));
}

function laneOf(config: unknown, url: string): Lane {
  if (OPERATOR_PATH.test(url)) return 'operator';
  if (bodyFormOf(config)?.as === 'stream') return 'transfer';
  return createsWork(config) ? 'work' : 'other';
}

function declaredBytes({ headers, method }: FastifyRequest, limitBytes: number): number {
  if (method === 'GET' || method === 'HEAD') return 0;
  const declared = headers['content-length'];
  if (declared !== undefined) return Math.min(Number(declared), limitBytes);
  return headers['transfer-encoding'] === undefined ? 0 : limitBytes;
}
