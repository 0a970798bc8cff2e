import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { payloadTooLarge, ProblemError } from './problem.js';
import { withRouteConfig } from './route-config.js';

/**
 * How a route takes its body when it is not JSON. `stream`: the controller reads the request itself and is responsible
 * for its limit. `text`: decoded UTF-8 of one of the listed media types. `limitBytes` replaces the adapter's.
 */
export type BodyForm =
  | { readonly as: 'stream' }
  | { readonly as: 'text'; readonly types: readonly string[]; readonly limitBytes?: number }
  | { readonly as: 'json'; readonly limitBytes: number };

interface BodyConfig {
  readonly bodyForm?: BodyForm;
}

/** Declares the form of a route's body; without it a route takes JSON up to the adapter's limit. A `text` route takes JSON, too. */
export const BodyAs = (bodyForm: BodyForm): MethodDecorator => withRouteConfig({ bodyForm } satisfies BodyConfig);

/** How much of a body that is too large is still read, so that the client gets to read the answer. */
const DRAIN_BYTES = 16 * 2 ** 20;
const DRAIN_MS = 5000;

const JSON_TYPE = /^application\/(?:json|[\w.!#$&^+-]+\+json)$/;

export interface IncomingBody {
  readonly mediaType: string;
  readonly declaredBytes: number | undefined;
  readonly form: BodyForm | undefined;
  readonly limitBytes: number;
  /** No limit unless given. */
  readonly withinMs?: number;
}

export function bodyFormOf(routeConfig: unknown): BodyForm | undefined {
  return (routeConfig as BodyConfig | undefined)?.bodyForm;
}

/** The parsed body: a value of JSON, a string, or the stream itself. Rejects with a 400, 408, 413 or 415 problem. */
export async function readBody(stream: Readable, { mediaType, declaredBytes, form, limitBytes, withinMs }: IncomingBody): Promise<unknown> {
  if (form?.as === 'stream') return stream;
  const limit = form?.limitBytes ?? limitBytes;
  const isText = form?.as === 'text' && form.types.includes(mediaType);
  if (!isText && !JSON_TYPE.test(mediaType)) {
    stream.resume();
    throw new ProblemError(415, 'unsupported-media-type', `content of type ${mediaType === '' ? 'unknown' : mediaType.slice(0, 128)} is not accepted here`);
  }
  if ((declaredBytes ?? 0) > DRAIN_BYTES + limit) throw payloadTooLarge(limit);
  const text = decode(await (withinMs === undefined ? readAll(stream, limit) : inTime(readAll(stream, limit), withinMs)));
  return isText ? text : parseJson(text);
}

/** A body that comes byte by byte holds memory and a place of others. */
async function inTime<Value>(reading: Promise<Value>, withinMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ProblemError(408, 'request-timeout', `the body did not come within ${withinMs} ms`, { headers: { connection: 'close' } })), withinMs);
  });
  // Ends with the connection when nobody waits for it any more.
  reading.catch(() => undefined);
  return Promise.race([reading, late]).finally(() => clearTimeout(timer));
}

async function readAll(stream: Readable, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) break;
    chunks.push(chunk);
  }
  if (size > limitBytes) {
    chunks.length = 0;
    await drain(stream);
    throw payloadTooLarge(limitBytes);
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size);
}

/**
 * Reads and drops what is left of a refused body, 16 MiB or five seconds at most: a client that is cut off while it
 * writes may never read the answer.
 */
async function drain(stream: Readable): Promise<void> {
  const until = performance.now() + DRAIN_MS;
  let size = 0;
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > DRAIN_BYTES || performance.now() > until) return;
  }
}

/** Reads what is left of a body that is refused, or known already, so that the sender gets to read the answer. */
export async function draining<Result>(request: IncomingMessage, reply: FastifyReply, take: () => Promise<Result>): Promise<Result> {
  const finish = async () => {
    if (request.readableEnded) return;
    await drain(request).catch(() => undefined);
    // Nothing else could be understood on a connection in the middle of a body.
    if (!request.complete) void reply.header('connection', 'close');
  };
  try {
    const result = await take();
    await finish();
    return result;
  } catch (error) {
    if (error instanceof ProblemError) await finish();
    throw error;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new ProblemError(400, 'malformed-json', 'the body is not UTF-8');
  }
}

function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // V8 quotes the text around the fault: only the position is told.
    const position = /position (\d+)/.exec((error as Error).message)?.[1];
    throw new ProblemError(400, 'malformed-json', `the body is not JSON${position === undefined ? '' : `: fault at character ${position}`}`);
  }
}
