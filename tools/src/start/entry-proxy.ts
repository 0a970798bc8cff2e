import { Agent, createServer, request as requestOf, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { ServiceName } from '@cpm/runtime-decider';
import { ownerOf } from './services.js';

export interface EntryProxy {
  readonly url: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** The ports of each service's replicas. */
export type ReplicaPorts = ReadonlyMap<ServiceName, readonly number[]>;

/**
 * One port for all services, as the Ingress is in Kubernetes. Bytes pass as they are, upgrades included, so that a
 * refused WebSocket is seen by its client as the owner refused it; `X-Forwarded-For` grows by the caller's address. Replicas take turns, and one
 * that accepts no connection is passed over. `/metrics/<service>`, `/asyncapi/<service>`
 * and `/openapi/<service>` are that service's own, of one of its replicas. `ports` is asked for each request: replicas come and go.
 * @throws when the port is taken
 */
export async function startEntryProxy(port: number, ports: () => ReplicaPorts): Promise<EntryProxy> {
  const agent = new Agent({ keepAlive: true });
  const sockets = new Set<Socket>();
  const turns = turnsOf(ports);
  const server = createServer((request, response) => {
    if (request.url === '/health/ready') void answerReadiness(response, ports());
    else if (request.url === '/health/live') response.setHeader('content-type', 'application/json').end('{"status":"live"}');
    else {
      const [, about, named] = /^\/(metrics|asyncapi|openapi)\/([\w-]+)$/.exec(request.url ?? '') ?? [];
      const path = about === 'metrics' ? '/metrics' : request.url;
      forward(request, response, { ports: turns(named === undefined ? ownerOf(request.url ?? '/') : (named as ServiceName)), path }, agent);
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
function turnsOf(ports: () => ReplicaPorts): (service: ServiceName) => readonly number[] {
  const turns = new Map<ServiceName, number>();
  return (service) => {
    const replicas = ports().get(service) ?? [];
    const first = ((turns.get(service) ?? -1) + 1) % Math.max(1, replicas.length);
    turns.set(service, first);
    return [...replicas.slice(first), ...replicas.slice(0, first)];
  };
}

interface Target {
  /** In the order in which they are to be tried. */
  readonly ports: readonly number[];
  readonly path: string | undefined;
}

function forward(request: IncomingMessage, response: ServerResponse, { ports: [port, ...others], path }: Target, agent: Agent): void {
  const { method, headers } = request;
  if (port === undefined || response.destroyed) {
    unavailable(response);
    return;
  }
  const via = [headers['x-forwarded-for'] ?? [], request.socket.remoteAddress ?? []].flat().join(', ');
  const upstream = requestOf({ host: HOST, port, method, path, headers: { ...headers, 'x-forwarded-for': via }, agent });
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
  upstream.on('error', () => (isConnected ? unavailable(response) : forward(request, response, { ports: others, path }, agent)));
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

function tunnel(request: IncomingMessage, socket: Socket, head: Buffer, [port, ...others]: readonly number[]): void {
  if (port === undefined || socket.destroyed) {
    socket.destroy();
    return;
  }
  const { method, url, rawHeaders } = request;
  const upstream = connect({ host: HOST, port });
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
async function answerReadiness(response: ServerResponse, ports: ReplicaPorts): Promise<void> {
  const replicas = [...ports].flatMap(([service, each]) => each.map((port) => [service, port] as const));
  const reasons = (await Promise.all(replicas.map(([service, port]) => reasonsOf(service, port)))).flat();
  const body = reasons.length === 0 ? { status: 'ready', services: [...ports.keys()] } : { status: 'not-ready', reasons };
  response.writeHead(reasons.length === 0 ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function reasonsOf(service: ServiceName, port: number): Promise<string[]> {
  try {
    const answer = await fetch(`http://${HOST}:${port}/health/ready`, { signal: AbortSignal.timeout(3_000) });
    if (answer.ok) return [];
    const { reasons = [] } = (await answer.json()) as { reasons?: string[] };
    return reasons.length > 0 ? reasons : [`${service}: status ${answer.status}`];
  } catch {
    return [`${service}: does not answer`];
  }
}
