import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { parseCursor } from '@cpm/domain-client-edge';
import { ANSWER_HEADERS, Entrance, headerLines, ProblemError, problemOf, RateLimiter, type DevicePrincipal, type Principal } from '@cpm/http';
import type { Clock } from '@cpm/runtime-ports';
import { WebSocketServer, type WebSocket } from 'ws';
import { DispositionReports } from '../disposition/disposition-reports.js';
import type { EdgeConfig } from '../edge-config.js';
import { CLOCK, DeviceDirectory, EDGE_CONFIG } from '../ports.js';
import { ClientDialogue } from './client-dialogue.js';
import { Cursors } from './cursors.js';
import { CLOSE, DeviceConnection } from './device-connection.js';
import { LiveConnections } from './live-connections.js';
import { mayOpenStream } from './page-origin.js';
import { SpokenRate } from './spoken-rate.js';

const STREAM_PATH = '/cpm/v1/stream';
const SUBPROTOCOL = 'cpm.v1';
const MAX_MESSAGE_BYTES = 64 * 1024;

/** A refusal that the client can only see as a close code, because its handshake has to succeed first. */
class StreamRefusal extends Error {
  constructor(readonly code: number, readonly reason: string) {
    super(reason);
  }
}

type Admission = { readonly connection: Omit<ConstructorParameters<typeof DeviceConnection>[0], 'socket' | 'transport'> } | { readonly refusal: StreamRefusal };

/** The device stream: WebSocket connections on the server's own port. */
@Injectable()
export class StreamGateway implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  /** Handshakes since the start; those that a client could only be told of by a close code are `client`. */
  readonly counts = { opened: 0, client: 0, edge: 0 };
  private isStopping = false;
  /** Handshakes whose token, device and cursor are being looked up. */
  private admitting = 0;
  private readonly onUpgrade = (request: IncomingMessage, transport: Duplex, head: Buffer) => void this.upgrade(request, transport, head);

  constructor(
    @Inject(HttpAdapterHost) private readonly http: HttpAdapterHost,
    @Inject(Entrance) private readonly entrance: Entrance,
    @Inject(DeviceDirectory) private readonly directory: DeviceDirectory,
    @Inject(RateLimiter) private readonly limiter: RateLimiter,
    @Inject(LiveConnections) private readonly connections: LiveConnections,
    @Inject(Cursors) private readonly cursors: Cursors,
    @Inject(DispositionReports) private readonly reports: DispositionReports,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(EDGE_CONFIG) private readonly config: EdgeConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.server.on('upgrade', this.onUpgrade);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await this.connections.closeAll();
    await this.cursors.flush().catch(() => undefined);
    this.server.off('upgrade', this.onUpgrade);
  }

  private get server(): Server {
    return this.http.httpAdapter.getHttpServer() as Server;
  }

  private async upgrade(request: IncomingMessage, transport: Duplex, head: Buffer): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://edge');
    if (url.pathname !== STREAM_PATH) {
      if (this.server.listenerCount('upgrade') === 1) refuse(transport, new ProblemError(404, 'not-found', 'there is nothing here'));
      return;
    }
    const ignore = () => undefined;
    transport.on('error', ignore);
    try {
      const admission = await this.admit(request, url.searchParams.get('since'));
      transport.off('error', ignore);
      if (transport.destroyed) return;
      this.sockets.handleUpgrade(request, transport, head, (socket) => this.begin(socket, transport, admission));
    } catch (error) {
      const problem = problemOf(error);
      this.counts[problem.status >= 500 ? 'edge' : 'client'] += 1;
      refuse(transport, problem);
    }
  }

  /** Everything that can be checked before the handshake is answered. Throws problems; what a browser must see is a refusal instead. */
  private async admit(request: IncomingMessage, since: string | null): Promise<Admission> {
    this.entrance.come(askingOf(request));
    if (!mayOpenStream(request.headers, this.config)) throw new ProblemError(403, 'foreign-origin', 'pages of this origin may not open a stream');
    if (this.isStopping || this.connections.count >= this.config.EDGE_MAX_CONNECTIONS || this.admitting >= this.config.EDGE_MAX_HANDSHAKES) {
      // At random, so that devices that lost their connection together do not come back together.
      throw new ProblemError(503, 'temporarily-unavailable', 'no more connections are taken here', { headers: { 'retry-after': String(1 + Math.floor(Math.random() * 5)) } });
    }
    this.admitting += 1;
    try {
      const { user, device, issuedAt, expiresAt } = await this.callerOf(request);
      this.limiter.admit(`${user}|${device}`);
      const cursor = since === null ? undefined : parseCursor(since);
      if (since !== null && cursor === undefined) throw new StreamRefusal(CLOSE.malformedCursor, 'since must be the cursor of a frame');
      if (!(await this.directory.isRegistered(user, device))) throw new StreamRefusal(CLOSE.notRegistered, 'the device is not registered');
      const id = randomUUID();
      const confirmed = await this.cursors.claim({ id, user, device });
      const life = { ...(issuedAt !== undefined && { issuedAt }), expiresAt };
      const limits = { sendBufferBytes: this.config.EDGE_SEND_BUFFER_BYTES, lastWordsMs: this.config.EDGE_LAST_WORDS_MS };
      return { connection: { id, user, device, ...life, position: cursor ?? confirmed, ...limits } };
    } catch (error) {
      if (error instanceof StreamRefusal) return { refusal: error };
      throw error;
    } finally {
      this.admitting -= 1;
    }
  }

  private async callerOf(request: IncomingMessage): Promise<Principal & DevicePrincipal> {
    const { authorization, 'sec-websocket-protocol': protocols } = request.headers;
    const token = protocols?.split(',').map((name) => name.trim()).find((name) => name.startsWith('bearer.'))?.slice('bearer.'.length);
    const isOfBrowser = authorization === undefined && token !== undefined;
    const asking = askingOf(request, isOfBrowser ? `Bearer ${token}` : authorization);
    return (await this.entrance.admit(asking, 'device').catch((error: unknown) => {
      throw (error instanceof ProblemError ? seenBy(isOfBrowser, error) : undefined) ?? error;
    })) as Principal & DevicePrincipal;
  }

  private begin(socket: WebSocket, transport: Duplex, admission: Admission): void {
    // Protocol errors close the socket, which is what is listened to.
    socket.on('error', () => undefined);
    if ('refusal' in admission) {
      this.counts.client += 1;
      socket.close(admission.refusal.code, admission.refusal.reason);
      return;
    }
    this.counts.opened += 1;
    const connection = new DeviceConnection({ ...admission.connection, socket, transport });
    const dialogue = new ClientDialogue(connection, { reports: this.reports, cursors: this.cursors, now: () => this.clock.now() });
    const rate = new SpokenRate({ perSecond: this.config.EDGE_FRAMES_PER_SEC, burst: this.config.EDGE_FRAMES_BURST }, () => performance.now());
    const count = () => connection.pauseFor(rate.heard());
    socket.on('message', (data: Buffer, isBinary) => {
      if (!connection.isOpen) return;
      count();
      this.connections.heard(connection);
      dialogue.hear(data, isBinary);
    });
    socket.on('ping', count);
    socket.on('pong', () => this.connections.heard(connection));
    socket.on('close', () => {
      if (!this.isStopping) void this.connections.ended(connection);
    });
    if (this.isStopping) connection.close(CLOSE.goingAway, 'the server stops');
    else this.connections.open(connection);
  }
}

function askingOf({ headers, socket }: IncomingMessage, authorization = headers.authorization) {
  return { headers: { ...headers, authorization }, remote: socket.remoteAddress };
}

/** A browser cannot read the status of a refused handshake; and who was removed is told so the same way, however he asks. */
function seenBy(isOfBrowser: boolean, { status, slug, detail }: ProblemError): Error | undefined {
  if (slug === 'token-revoked') return new StreamRefusal(CLOSE.notRegistered, detail);
  return isOfBrowser && (status === 401 || status === 403) ? new StreamRefusal(CLOSE.unauthorized, detail) : undefined;
}

function refuse(transport: Duplex, problem: ProblemError): void {
  if (transport.destroyed) return;
  const body = JSON.stringify(problem.toProblem());
  const headers = { ...ANSWER_HEADERS, ...problem.headers, 'content-type': 'application/problem+json', 'content-length': String(Buffer.byteLength(body)), connection: 'close' };
  transport.end(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? 'Refused'}\r\n${headerLines(headers)}\r\n${body}`);
}
