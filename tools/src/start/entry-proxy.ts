import { Agent, createServer, request as requestOf, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { ServiceName } from '@cpm/runtime-decider';
import { ownerOf } from './services.js';

export interface EntryProxy {
  readonly url: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/**
 * One port for all services, as the Ingress is in Kubernetes. Bytes pass as they are, upgrades included, so that a
 * refused WebSocket is seen by its client as the owner refused it; `X-Forwarded-For` grows by the caller's address. `/metrics/<service>`, `/asyncapi/<service>`
 * and `/openapi/<service>` are that service's own.
 * @throws when the port is taken
 */
export async function startEntryProxy(port: number, ports: ReadonlyMap<ServiceName, number>): Promise<EntryProxy> {
  const agent = new Agent({ keepAlive: true });
  const sockets = new Set<Socket>();
  const portOf = (path: string) => ports.get(ownerOf(path));
  const server = createServer((request, response) => {
    if (request.url === '/health/ready') void answerReadiness(response, ports);
    else if (request.url === '/health/live') response.setHeader('content-type', 'application/json').end('{"status":"live"}');
    else {
      const [, about, named] = /^\/(metrics|asyncapi|openapi)\/([\w-]+)$/.exec(request.url ?? '') ?? [];
      const path = about === 'metrics' ? '/metrics' : request.url;
      forward(request, response, { port: named === undefined ? portOf(request.url ?? '/') : ports.get(named as ServiceName), path }, agent);
    }
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => tunnel(request, socket, head, portOf(request.url ?? '/')));
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

interface Target {
  readonly port: number | undefined;
  readonly path: string | undefined;
}

function forward(request: IncomingMessage, response: ServerResponse, { port, path }: Target, agent: Agent): void {
  const { method, headers } = request;
  if (port === undefined) {
    unavailable(response);
    return;
  }
  const via = [headers['x-forwarded-for'] ?? [], request.socket.remoteAddress ?? []].flat().join(', ');
  const upstream = requestOf({ host: HOST, port, method, path, headers: { ...headers, 'x-forwarded-for': via }, agent });
  upstream.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(response);
  });
  upstream.on('error', () => unavailable(response));
  response.on('close', () => upstream.destroy());
  request.pipe(upstream);
}

function unavailable(response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const problem = { type: 'urn:problem-type:cpm:temporarily-unavailable', title: 'Temporarily unavailable', status: 503, detail: 'the service is starting' };
  response.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '1' }).end(JSON.stringify(problem));
}

function tunnel({ method, url, rawHeaders }: IncomingMessage, socket: Socket, head: Buffer, port: number | undefined): void {
  const upstream = connect({ host: HOST, port: port ?? 0 });
  const headers = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1] ?? ''}`] : []));
  upstream.once('connect', () => {
    upstream.write([`${method} ${url} HTTP/1.1`, ...headers, '', ''].join('\r\n'));
    upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
  });
  upstream.on('error', () => socket.destroy());
  upstream.on('close', () => socket.destroy());
  socket.on('error', () => upstream.destroy());
  socket.on('close', () => upstream.destroy());
}

/** Ready when every service is; otherwise the reasons of those that are not. */
async function answerReadiness(response: ServerResponse, ports: ReadonlyMap<ServiceName, number>): Promise<void> {
  const reasons = (await Promise.all([...ports].map(([service, port]) => reasonsOf(service, port)))).flat();
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
