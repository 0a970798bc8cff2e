import type { Pool } from 'undici';
import { signToken } from '../../dev-tokens/dev-tokens.js';
import { put, urn } from '../pair.js';

/** What the bench reads of an object. */
export interface FoundObject {
  readonly resourceURL: string;
  readonly lastModSeq: number;
}

export interface FoundPage {
  readonly object: readonly FoundObject[];
  readonly cursor?: string;
}

/** The answer to an update of a pulled subscription; without a list nothing changed. */
export interface Pulled {
  readonly notificationList?: readonly [{ readonly nmsEventList: { readonly restartToken: string; readonly more?: boolean; readonly nmsEvent: readonly Record<string, unknown>[] } }];
}

export interface Subscription {
  readonly path: string;
  readonly restartToken: string;
}

/** A device of a user who is known to the system, at the user's message store. */
export class NmsClient {
  private constructor(
    private readonly pool: Pool,
    private readonly origin: string,
    private readonly boxPath: string,
    private readonly authorization: string,
  ) {}

  /** Provisions the user and his one device; `origin`: base URL of the entry. */
  static async enrol(pool: Pool, origin: string, user: string): Promise<NmsClient> {
    const operator = await signToken({ user: 'tel:+4900000000', scope: 'operator', ttlSec: 3600 });
    const device = urn();
    await put(pool, `/admin/v1/subscribers/${encodeURIComponent(user)}`, operator, { primaryDevice: { id: device } });
    const token = await signToken({ user, device, scope: 'device', ttlSec: 24 * 3600 });
    await put(pool, `/cpm/v1/devices/${encodeURIComponent(device)}`, token, { name: 'device' });
    return new NmsClient(pool, origin, `/nms/v1/main/${encodeURIComponent(user)}`, `Bearer ${token}`);
  }

  urlOf(objectId: string): string {
    return `${this.origin}${this.boxPath}/objects/${encodeURIComponent(objectId)}`;
  }

  async create(object: object): Promise<void> {
    await this.ask('POST', '/objects', { object }, 201);
  }

  async createAll(objects: readonly object[]): Promise<void> {
    await this.ask('POST', '/objects/operations/bulkCreation', { objectList: { object: objects } }, 200);
  }

  async updateFlags(operation: 'AddFlag' | 'RemoveFlag', flag: string, urls: readonly string[]): Promise<void> {
    const objects = { objectReference: urls.map((resourceURL) => ({ resourceURL })) };
    await this.ask('POST', '/objects/operations/bulkUpdate', { bulkUpdate: { operation, flags: { flag: [flag] }, objects } }, 200);
  }

  async changeFlag(method: 'PUT' | 'DELETE', objectId: string, flag: string): Promise<void> {
    await this.ask(method, `/objects/${encodeURIComponent(objectId)}/flags/${encodeURIComponent(flag)}`, undefined, method === 'PUT' ? [200, 201, 204] : 204);
  }

  async search(selectionCriteria: object): Promise<FoundPage> {
    const { objectList } = (await this.ask('POST', '/objects/operations/search', { selectionCriteria }, 200)) as { objectList: FoundPage };
    return objectList;
  }

  /** A subscription that is pulled. */
  async subscribe(): Promise<Subscription> {
    const { nmsSubscription } = (await this.ask('POST', '/subscriptions', { nmsSubscription: {} }, 201)) as { nmsSubscription: { resourceURL: string; restartToken: string } };
    return { path: new URL(nmsSubscription.resourceURL).pathname.slice(this.boxPath.length), restartToken: nmsSubscription.restartToken };
  }

  async pull({ path, restartToken }: Subscription): Promise<Pulled> {
    return (await this.ask('POST', path, { nmsSubscriptionUpdate: { restartToken } }, 200)) as Pulled;
  }

  private async ask(method: 'POST' | 'PUT' | 'DELETE', path: string, body: unknown, expected: number | readonly number[]): Promise<unknown> {
    const headers = { authorization: this.authorization, ...(body !== undefined && { 'content-type': 'application/json' }) };
    const answer = await this.pool.request({ method, path: this.boxPath + path, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
    const text = await answer.body.text();
    if (![expected].flat().includes(answer.statusCode)) throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 500)}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}
