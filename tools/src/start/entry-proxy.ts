import { Agent, createServer, request as requestOf, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { ServiceName } from '@cpm/runtime-decider';
import { ownerOf } from './services.js';

export interface EntryProxy {
  readonly url: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

export interface Replica {
  readonly host: string;
  readonly port: number;
}

/** Where each service's replicas answer. */
export type Replicas = ReadonlyMap<ServiceName, readonly Replica[]>;

/**
 * One port for all services, as the Ingress is in Kubernetes. Bytes pass as they are, upgrades included, so that a
 * refused WebSocket is seen by its client as the owner refused it; `X-Forwarded-For` grows by the caller's address. Replicas take turns, and one
 * that accepts no connection is passed over. `/metrics/<service>`, `/asyncapi/<service>`
 * and `/openapi/<service>` are that service's own, of one of its replicas. `replicas` is asked for each request: replicas come and go.
 * @throws when the port is taken
 */
export async function startEntryProxy(port: number, replicas: () => Replicas): Promise<EntryProxy> {
  const agent = new Agent({ keepAlive: true });
  const sockets = new Set<Socket>();
  const turns = turnsOf(replicas);
  const server = createServer((request, response) => {
    if (request.url === '/health/ready') void answerReadiness(response, replicas());
    else if (request.url === '/health/live') response.setHeader('content-type', 'application/json').end('{"status":"live"}');
    else {
      const [, about, named] = /^\/(metrics|asyncapi|openapi)\/([\w-]+)$/.exec(request.url ?? '') ?? [];
      const path = about === 'metrics' ? '/metrics' : request.url;
      forward(request, response, { replicas: turns(named === undefined ? ownerOf(request.url ?? '/') : (named as ServiceName)), path }, agent);
    }
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    tunnel(request, socket, head, turns(ownerOf(request.url ?? '/')));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await listening(server, port);
  const { port: bound } = server.address() as { port: number };
  return {
    url: `http://${HOST}:${bound}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      agent.destroy();
      await closed;
    },
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => server.once('error', reject).listen(port, '0.0.0.0', resolve));
}

/** All replicas of a service, each time another one first. */
function turnsOf(replicas: () => Replicas): (service: ServiceName) => readonly Replica[] {
  const turns = new Map<ServiceName, number>();
  return (service) => {
    const own = replicas().get(service) ?? [];
    const first = ((turns.get(service) ?? -1) + 1) % Math.max(1, own.length);
    turns.set(service, first);
    return [...own.slice(first), ...own.slice(0, first)];
  };
}

interface Target {
  /** In the order in which they are to be tried. */
  readonly replicas: readonly Replica[];
  readonly path: string | undefined;
}

function forward(request: IncomingMessage, response: ServerResponse, { replicas: [replica, ...others], path }: Target, agent: Agent): void {
  const { method, headers } = request;
  if (replica === undefined || response.destroyed) {
    unavailable(response);
    return;
  }
  const via = [headers['x-forwarded-for'] ?? [], request.socket.remoteAddress ?? []].flat().join(', ');
  const upstream = requestOf({ ...replica, method, path, headers: { ...headers, 'x-forwarded-for': via }, agent });
  let isConnected = false;
  // The body can be read only once, so it waits for a replica that is there.
  const begin = () => {
    isConnected = true;
    request.pipe(upstream);
  };
  upstream.on('socket', (socket) => (socket.connecting ? socket.once('connect', begin) : begin()));
  upstream.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(response);
  });
  upstream.on('error', () => (isConnected ? unavailable(response) : forward(request, response, { replicas: others, path }, agent)));
  response.on('close', () => upstream.destroy());
}

function unavailable(response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const problem = { type: 'urn:problem-type:cpm:temporarily-unavailable', title: 'Temporarily unavailable', status: 503, detail: 'the service is starting' };
  response.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '1' }).end(JSON.stringify(problem));
}

function tunnel(request: IncomingMessage, socket: Socket, head: Buffer, [replica, ...others]: readonly Replica[]): void {
  if (replica === undefined || socket.destroyed) {
    socket.destroy();
    return;
  }
  const { method, url, rawHeaders } = request;
  const upstream = connect(replica);
  let isConnected = false;
  const headers = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1] ?? ''}`] : []));
  upstream.once('connect', () => {
    isConnected = true;
    upstream.write([`${method} ${url} HTTP/1.1`, ...headers, '', ''].join('\r\n'));
    upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
  });
  upstream.on('error', () => (isConnected ? socket.destroy() : tunnel(request, socket, head, others)));
  upstream.on('close', () => { if (isConnected) socket.destroy(); });
  socket.on('error', () => upstream.destroy());
  socket.on('close', () => upstream.destroy());
}

/** Ready when every replica of every service is; otherwise the reasons of those that are not. */
async function answerReadiness(response: ServerResponse, replicas: Replicas): Promise<void> {
  const all = [...replicas].flatMap(([service, each]) => each.map((replica) => [service, replica] as const));
  const reasons = (await Promise.all(all.map(([service, replica]) => reasonsOf(service, replica)))).flat();
  const body = reasons.length === 0 ? { status: 'ready', services: [...replicas.keys()] } : { status: 'not-ready', reasons };
  response.writeHead(reasons.length === 0 ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function reasonsOf(service: ServiceName, { host, port }: Replica): Promise<string[]> {
  try {
    const answer = await fetch(`http://${host}:${port}/health/ready`, { signal: AbortSignal.timeout(3_000) });
    if (answer.ok) return [];
    const { reasons = [] } = (await answer.json()) as { reasons?: string[] };
    return reasons.length > 0 ? reasons : [`${service}: status ${answer.status}`];
  } catch {
    return [`${service}: does not answer`];
  }
}
