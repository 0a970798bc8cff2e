import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AVAILABILITIES } from '@cpm/smpp';
import { SmsTextRefusedError } from '@cpm/sms-text';
import { z, ZodError } from 'zod';
import { smscBehaviourRule } from './behaviour.js';
import type { SmscSimulator } from './smsc-simulator.js';

const MAX_BODY_OCTETS = 65_536;

const number = z.string().min(1).max(20).transform((text) => text.replace(/^tel:/i, ''));
const mobileOriginated = z.strictObject({ from: number, to: number, text: z.string().max(10_000) });
const alert = z.strictObject({ from: number, status: z.enum(AVAILABILITIES) });

type Route = (simulator: SmscSimulator, request: { query: URLSearchParams; body: unknown }) => unknown;

/** What `GET` returns is the response; everything else answers 204. */
const ROUTES: Readonly<Record<string, Route>> = {
  'GET /messages': (simulator, { query }) => simulator.messages(query.get('to') ?? undefined),
  'GET /segments': (simulator, { query }) => simulator.segments(query.get('to') ?? undefined),
  'DELETE /messages': (simulator) => simulator.clear(),
  'POST /mo': (simulator, { body }) => simulator.sendMessage(mobileOriginated.parse(body)),
  'POST /alert': (simulator, { body }) => simulator.sendAlert(alert.parse(body)),
  'POST /behaviour': (simulator, { body }) => simulator.configure(smscBehaviourRule.parse(body)),
  'POST /disconnect': (simulator) => simulator.disconnectClients(),
};

/** A request that is refused, as RFC 9457 problem details. */
class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly errors: readonly { path: string; message: string }[] = [],
  ) {
    super(title);
  }
}

/** A JSON view of a simulator for scripts and people; it has no authentication, so it listens on the loopback interface unless told otherwise. */
export async function serveSmscView(
  simulator: SmscSimulator,
  { port, host = '127.0.0.1' }: { port: number; host?: string },
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => void answer(simulator, request, response));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(simulator: SmscSimulator, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://simulator');
    const route = ROUTES[`${request.method} ${pathname}`];
    if (!route) throw new Problem(404, `no such resource; there are ${Object.keys(ROUTES).join(', ')}`);
    const body = request.method === 'POST' ? await jsonOf(request) : undefined;
    const result = route(simulator, { query: searchParams, body });
    if (result === undefined) response.writeHead(204).end();
    else send(response, { status: 200, type: 'application/json', body: result });
  } catch (error) {
    const { status, title, errors } = problemOf(error);
    send(response, { status, type: 'application/problem+json', body: { type: 'about:blank', title, status, errors } });
  }
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    octets += chunk.length;
    if (octets > MAX_BODY_OCTETS) throw new Problem(413, `a body has at most ${MAX_BODY_OCTETS} octets`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    throw new Problem(400, 'the body is not JSON');
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof ZodError) {
    return new Problem(400, 'the body does not fit', error.issues.map(({ path, message }) => ({ path: path.join('.'), message })));
  }
  if (error instanceof SmsTextRefusedError) return new Problem(400, 'the body does not fit', [{ path: 'text', message: error.refusal }]);
  if (error instanceof RangeError) return new Problem(400, error.message);
  return new Problem(500, 'internal error');
}

function send(response: ServerResponse, { status, type, body }: { status: number; type: string; body: unknown }): void {
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
}
