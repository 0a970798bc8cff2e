import { registeredRoutes } from '@cpm/http';
import { bootstrap, type RunningHost } from '@cpm/runtime-host';
import { entranceForTests, testIdentityProvider, type TestIdentityProvider } from '@cpm/runtime-host/testing';
import { startLocalStack, type LocalStack } from '@cpm/testing-containers';
import { WebSocket } from 'ws';
import { allModules } from './all-modules.js';

export const deviceId = (number: number): string => `urn:uuid:00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface Route {
  readonly method: string;
  readonly path: string;
}

/** A client of one replica that has heard its first answer. */
export interface LiveDevice {
  readonly frames: { readonly type: string; readonly data: Record<string, unknown> }[];
  readonly closed: Promise<{ code: number; atMs: number }>;
}

export interface Call {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly replica?: number;
}

/** All services in replicas of one process each, on a real broker and database. */
export class BoundaryStage {
  private readonly sockets: WebSocket[] = [];

  private constructor(
    private readonly stack: LocalStack,
    readonly identity: TestIdentityProvider,
    readonly hosts: readonly RunningHost[],
  ) {}

  static async start(replicas: number, env: Readonly<Record<string, string>> = {}): Promise<BoundaryStage> {
    const [identity, stack] = [await testIdentityProvider(), await startLocalStack()];
    const config = entranceForTests(identity.jwksUrl, {
      KAFKA_BROKERS: stack.kafka.brokers.join(','), MONGODB_URI: stack.mongo.uri, MONGODB_DATABASE: 'boundary', ...env,
    });
    // What only one service needs to know it reads by itself.
    Object.assign(process.env, env);
    const hosts: RunningHost[] = [];
    for (let replica = 0; replica < replicas; replica += 1) hosts.push(await bootstrap(allModules, config));
    return new BoundaryStage(stack, identity, hosts);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    for (const host of this.hosts) await host.close();
    await this.stack.stop();
    await this.identity.forget();
  }

  urlOf(replica: number): string {
    return this.hosts[replica]?.url ?? '';
  }

  async call(method: string, path: string, { token, body, headers = {}, replica = 0 }: Call = {}): Promise<Answer> {
    const answer = await fetch(this.urlOf(replica) + path, {
      method,
      headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...(body !== undefined && { 'content-type': typeof body === 'string' ? 'image/png' : 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }

  deviceToken(user: string, device: string): Promise<string> {
    return this.identity.token({ scope: 'device', sub: user, device });
  }

  async provision(user: string, ...devices: string[]): Promise<void> {
    const operator = await this.identity.token({ scope: 'operator' });
    await this.call('PUT', `/admin/v1/subscribers/${encodeURIComponent(user)}`, { token: operator, body: { primaryDevice: { id: devices[0] } } });
    for (const device of devices) await this.call('PUT', `/cpm/v1/devices/${device}`, { token: await this.deviceToken(user, device), body: { name: `Device ${device.slice(-3)}` } });
  }

  async open(token: string, replica = 0, headers: Readonly<Record<string, string>> = {}): Promise<LiveDevice> {
    const socket = new WebSocket(`${this.urlOf(replica).replace('http', 'ws')}/cpm/v1/stream`, { headers: { authorization: `Bearer ${token}`, ...headers } });
    this.sockets.push(socket);
    const frames: LiveDevice['frames'] = [];
    const closed = new Promise<{ code: number; atMs: number }>((resolve) => socket.on('close', (code) => resolve({ code, atMs: performance.now() })));
    const heard = new Promise<void>((resolve, reject) => {
      socket.on('message', (data: Buffer) => {
        frames.push(JSON.parse(data.toString()) as LiveDevice['frames'][number]);
        resolve();
      });
      socket.on('error', reject);
    });
    socket.on('open', () => socket.send('{"ping":"first"}'));
    await heard;
    return { frames, closed };
  }

  /** Every route that the HTTP server of the first replica has. */
  get routes(): readonly Route[] {
    const [host] = this.hosts;
    return host ? registeredRoutes(host.app.getHttpAdapter()).map(({ method, url }) => ({ method, path: url })) : [];
  }
}

export async function until(holds: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  for (const deadline = performance.now() + withinMs; !(await holds());) {
    if (performance.now() > deadline) throw new Error(`it did not come about within ${withinMs} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
