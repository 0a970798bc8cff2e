import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ZodError } from 'zod';
import { spansOf } from './otlp-json.js';
import { SpanStore } from './span-store.js';

const MOST_BYTES = 16 * 2 ** 20;

export interface Collector {
  /** What OTEL_EXPORTER_OTLP_ENDPOINT names. */
  readonly url: string;
  close(): Promise<void>;
}

/** A collector for development: takes OTLP over HTTP as JSON, keeps the last traces in memory, and tells those of a message at `GET /messages/<id>`. */
export async function startCollector(port = 0): Promise<Collector> {
  const store = new SpanStore();
  const server = createServer((request, response) => {
    answer(request, store).then(([status, body]) => send(response, status, body), (error: unknown) => {
      const isMalformed = error instanceof ZodError || error instanceof SyntaxError;
      send(response, isMalformed ? 400 : 413, { message: isMalformed ? faultOf(error) : (error as Error).message });
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

async function answer(request: IncomingMessage, store: SpanStore): Promise<readonly [status: number, body: unknown]> {
  const { method, url = '/' } = request;
  const [, about] = /^\/messages\/([^/?]+)$/.exec(url) ?? [];
  if (method === 'GET' && about !== undefined) return [200, store.about(decodeURIComponent(about))];
  if (method !== 'POST' || url !== '/v1/traces') return [404, { message: 'there is POST /v1/traces and GET /messages/<id>' }];
  if (!request.headers['content-type']?.startsWith('application/json')) return [415, { message: 'content-type: must be application/json' }];
  store.add(spansOf(JSON.parse(await bodyOf(request))));
  return [200, {}];
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error(`a request has at most ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function faultOf(error: unknown): string {
  return error instanceof ZodError ? error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ') : 'the body is not JSON';
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
