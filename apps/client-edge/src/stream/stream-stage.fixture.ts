import type { MongoService } from '@cpm/testing-containers';
import { AccessObserved } from '@cpm/contracts-access-awareness';
import WebSocket from 'ws';
import type { EdgeConfig } from '../edge-config.js';
import { address, device, EdgeWorld, startDatabase, until, type Claims } from '../edge-world.fixture.js';

export const bob = address(2);
export const [phone, tablet] = [device(1), device(2)] as const;

export interface HeardFrame {
  readonly cursor?: string;
  readonly type: string;
  readonly data: { readonly id: string } & Record<string, unknown>;
}

/** A bare WebSocket client: records what it hears. */
export class StreamClient {
  readonly frames: HeardFrame[] = [];
  closed: { code: number; reason: string } | undefined;
  /** Status of a refused handshake. */
  refused: number | undefined;

  constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.frames.push(JSON.parse(data.toString()) as HeardFrame));
    socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
    socket.on('unexpected-response', (_request, response) => {
      this.refused = response.statusCode;
      response.resume();
    });
    socket.on('error', () => undefined);
  }

  /** Open, and everything said to it before is handled. */
  async settled(): Promise<this> {
    await until(() => this.socket.readyState === WebSocket.OPEN);
    const before = this.frames.filter(({ type }) => type === 'pong').length;
    this.say({ ping: 'x' });
    await until(() => this.frames.filter(({ type }) => type === 'pong').length > before);
    return this;
  }

  say(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  get ids(): string[] {
    return this.frames.filter(({ type }) => type === 'message.received').map(({ data }) => data.id);
  }

  get problems(): HeardFrame[] {
    return this.frames.filter(({ type }) => type === 'error');
  }
}

export interface OpenOptions {
  readonly claims?: Claims;
  readonly since?: string;
  readonly token?: string;
  readonly protocols?: string[];
  readonly path?: string;
  readonly options?: WebSocket.ClientOptions;
}

/** An edge per test, where bob has a phone and a tablet, and the clients connected to it. */
class StreamStage {
  world!: EdgeWorld;
  private mongo!: MongoService;
  private readonly clients: StreamClient[] = [];

  async prepare(): Promise<void> {
    this.mongo = await startDatabase();
  }

  async start(config: Partial<Record<keyof EdgeConfig, number | string>> = {}): Promise<void> {
    this.world = await EdgeWorld.start(this.mongo, config);
    await this.world.register(bob, phone, tablet);
  }

  async restart(config: Partial<Record<keyof EdgeConfig, number | string>>): Promise<void> {
    await this.world.stop();
    await this.start(config);
  }

  async stop(): Promise<void> {
    for (const client of this.clients.splice(0)) client.socket.terminate();
    await this.world.stop();
  }

  async dismantle(): Promise<void> {
    await this.mongo.stop();
  }

  async open({ claims = { user: bob, device: phone }, since, token, protocols, path = '/cpm/v1/stream', options }: OpenOptions = {}): Promise<StreamClient> {
    const url = `${this.world.url.replace('http', 'ws')}${path}${since === undefined ? '' : `?since=${since}`}`;
    const headers = { authorization: `Bearer ${token ?? (await this.world.token(claims))}` };
    const client = new StreamClient(protocols ? new WebSocket(url, protocols, options) : new WebSocket(url, { headers, ...options }));
    this.clients.push(client);
    return client;
  }

  /** What access-awareness was told. */
  get access() {
    return this.world.published('access-awareness', AccessObserved).map(({ data }) => data as { state: string; source: string; device: string; validUntil?: number; observedAt: number });
  }
}

/** Sets the stage for the tests of a file. */
export function setStage(): StreamStage {
  const stage = new StreamStage();
  beforeAll(() => stage.prepare(), 60_000);
  beforeEach(() => stage.start());
  afterEach(() => stage.stop());
  afterAll(() => stage.dismantle());
  return stage;
}
