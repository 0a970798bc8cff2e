import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A MonitoringEventSubscription as it was asked for. */
export interface Wished {
  readonly msisdn: string;
  readonly notificationDestination: string;
  readonly monitoringType: string;
  readonly reachabilityType?: string;
  readonly maximumNumberOfReports?: number;
  readonly monitorExpireTime: string;
}

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** Says what happens instead of the usual answer; undefined: the usual one. */
export type Fault = (received: Received, response: ServerResponse) => true | undefined;

const COLLECTION = '/t8/3gpp-monitoring-event/v1/as-1/subscriptions';

/** An operator's NEF for tests: keeps subscriptions over HTTP, reports to their callbacks, and fails when told to. */
export class FakeNef {
  /** By id: what stands. */
  readonly standing = new Map<string, Wished>();
  readonly received: Received[] = [];
  fault: Fault = () => undefined;
  /** What a creation is answered with instead of being kept; `{}` for 200 without a subscription. */
  immediate: object | undefined;
  /** What stands in the answer to a creation besides, or instead of, what was asked for. */
  adds: object = {};
  tokensGiven = 0;
  /** Of OAuth clients: the one token that is taken; undefined: any. */
  takes: string | undefined;
  #ids = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeNef> {
    const server = createServer();
    const nef = new FakeNef(server);
    server.on('request', (request, response) => void nef.#handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return nef;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get apiRoot(): string {
    return `${this.url}/t8`;
  }

  asked(method: string): readonly Received[] {
    return this.received.filter((one) => one.method === method && one.path !== '/token');
  }

  /** The id of the one subscription of a kind, such as `SMS`, `DATA` or `LOSS_OF_CONNECTIVITY`. */
  idOf(kind: string): string {
    const ids = [...this.standing].filter(([, { monitoringType, reachabilityType = monitoringType }]) => reachabilityType === kind).map(([id]) => id);
    if (ids.length !== 1) throw new Error(`${ids.length} subscriptions of ${kind} stand, not one`);
    return ids[0] as string;
  }

  /** Tells the callback; a one-shot subscription is over by it. Resolves with the status of the answer. */
  async report(id: string, more: object = {}): Promise<number> {
    const wished = this.standing.get(id);
    if (!wished) throw new Error(`${id} does not stand`);
    if (wished.maximumNumberOfReports === 1) this.standing.delete(id);
    const { monitoringType, reachabilityType } = wished;
    return this.tell(wished.notificationDestination, id, { monitoringEventReports: [{ monitoringType, ...(reachabilityType !== undefined && { reachabilityType }), ...more }] });
  }

  async cancel(id: string): Promise<number> {
    const wished = this.standing.get(id) as Wished;
    this.standing.delete(id);
    return this.tell(wished.notificationDestination, id, { cancelInd: true });
  }

  async tell(destination: string, id: string, notification: object): Promise<number> {
    const { status } = await fetch(destination, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ subscription: `https://nef.example${COLLECTION}/${id}`, ...notification }),
    });
    return status;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => void this.server.close(() => resolve()));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { method = '', url: path = '', headers } = request;
    const received = { method, path, authorization: headers.authorization, contentType: headers['content-type'], body: Buffer.concat(parts).toString('utf8') };
    this.received.push(received);
    if (this.fault(received, response)) return;
    if (path === '/token') answer(response, 200, { access_token: `token-${(this.tokensGiven += 1)}`, token_type: 'Bearer', expires_in: 3_600 });
    else if (this.takes !== undefined && received.authorization !== `Bearer ${this.takes}`) answer(response, 401);
    else this.#serve(received, response);
  }

  #serve({ method, path, body }: Received, response: ServerResponse): void {
    const id = path.startsWith(`${COLLECTION}/`) ? path.slice(COLLECTION.length + 1) : undefined;
    if (method === 'POST' && path === COLLECTION) {
      if (this.immediate) return answer(response, 200, this.immediate);
      const made = `s${(this.#ids += 1)}`;
      this.standing.set(made, JSON.parse(body) as Wished);
      return answer(response, 201, { ...(JSON.parse(body) as Wished), ...this.adds, self: `https://nef.example${COLLECTION}/${made}` }, { location: `https://nef.example${COLLECTION}/${made}` });
    }
    if (id === undefined || !this.standing.has(id)) return answer(response, 404);
    if (method === 'GET') return answer(response, 200, this.standing.get(id));
    if (method === 'DELETE') {
      this.standing.delete(id);
      return answer(response, 204);
    }
    this.standing.set(id, JSON.parse(body) as Wished);
    return answer(response, 200, JSON.parse(body) as Wished);
  }
}

function answer(response: ServerResponse, status: number, body?: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...headers, ...(body && { 'content-type': 'application/json' }) }).end(body && JSON.stringify(body));
}
