import type { Clock } from '@cpm/runtime-ports';
import CircuitBreaker from 'opossum';
import pLimit, { type LimitFunction } from 'p-limit';
import { Agent, request } from 'undici';
import { AccessTokens } from './access-tokens.js';
import { answeredSubscription, monitoringEventSubscription, reportsInstead, subscriptionIdOf, type SubscriptionWish } from './subscription-resource.js';
import type { T8Settings } from './t8-config.js';

/** What became of a request. `reports` are those that the network had at once, unchecked. */
export type T8Answer =
  | { readonly fate: 'confirmed'; readonly subscriptionId?: string; readonly expiresAt: number; readonly reports: readonly unknown[] }
  /** The network reported instead of keeping a subscription (200, TS 29.122). */
  | { readonly fate: 'reported'; readonly reports: readonly unknown[] }
  | { readonly fate: 'deleted' }
  | { readonly fate: 'gone' | 'never'; readonly reason: string }
  /** Not done, or not known to be done. */
  | { readonly fate: 'later'; readonly reason: string; readonly retryAfterMs: number }
  /** It waited too long for its turn: nothing was sent. */
  | { readonly fate: 'overdue' };

export type Wish = Omit<SubscriptionWish, 'expiresAt' | 'detectionSec'>;

interface Exchange {
  readonly status: number;
  readonly location: string | undefined;
  readonly retryAfter: string | undefined;
  readonly body: unknown;
}

interface Outgoing {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly json?: object;
}

/** The network could not, for reasons that are not of the request. */
class NetworkFailureError extends Error {
  override readonly name = 'NetworkFailureError';

  constructor(message: string, readonly retryAfter?: string) {
    super(message);
  }
}

const MAX_WAITING = 2_000;
const MAX_ANSWER_BYTES = 262_144;
const MAX_RETRY_AFTER_MS = 3_600_000;
/** Those that are told at once that the network cannot come back at different times. */
const SPREAD_MS = 30_000;
const RESET_MS = 15_000;
/** The whole of a population subscribed at once is not renewed at once. */
const SHORTENED_PART = 0.1;
const BREAKER = { timeout: false, errorThresholdPercentage: 50, volumeThreshold: 5, rollingCountTimeout: 30_000, rollingCountBuckets: 10, resetTimeout: RESET_MS, name: 't8' } as const;

/** Talks to the operator's SCEF or NEF (3GPP TS 29.122 MonitoringEvent): a few requests at a time, none while it does not answer. Never rejects. */
export class T8Client {
  readonly #agent: Agent;
  readonly #tokens: AccessTokens;
  readonly #limit: LimitFunction;
  readonly #breaker: CircuitBreaker<[Outgoing], Exchange>;
  readonly #stopped = new AbortController();

  constructor(
    private readonly settings: T8Settings,
    private readonly clock: Clock,
    onCircuit: (state: 'closed' | 'half-open' | 'open') => void = () => undefined,
  ) {
    const { timeoutMs, window } = settings;
    this.#agent = new Agent({ connect: { timeout: timeoutMs }, headersTimeout: timeoutMs, bodyTimeout: timeoutMs, connections: window, pipelining: 1 });
    this.#tokens = new AccessTokens(settings.authorization, { dispatcher: this.#agent, timeoutMs, now: () => clock.now() });
    this.#limit = pLimit(window);
    this.#breaker = new CircuitBreaker((outgoing: Outgoing) => this.#authorized(outgoing), BREAKER);
    this.#breaker.on('open', () => onCircuit('open'));
    this.#breaker.on('halfOpen', () => onCircuit('half-open'));
    this.#breaker.on('close', () => onCircuit('closed'));
  }

  /** `beginBy`: later it is not begun, epoch ms. */
  async create(wish: Wish, beginBy: number): Promise<T8Answer> {
    return this.#inTurn(beginBy, async () => {
      const expiresAt = this.#expiry();
      const { status, location, body } = await this.#breaker.fire({ method: 'POST', url: this.settings.subscriptionsUrl, json: this.#wished(wish, expiresAt) });
      if (status === 200) return { fate: 'reported', reports: reportsInstead(body) };
      // It is not the subscriber who is unknown, but the way to the collection.
      if (status === 404) throw new NetworkFailureError('answered 404');
      if (status !== 201) return { fate: 'never', reason: `answered ${status}` };
      const { self, reports } = answeredSubscription.parse(body);
      const subscriptionId = subscriptionIdOf(location) ?? subscriptionIdOf(self);
      return { fate: 'confirmed', ...(subscriptionId !== undefined && { subscriptionId }), expiresAt: this.#agreed(body, expiresAt), reports };
    });
  }

  /** The published PATCH changes groups only: a subscription of one user is replaced by itself (PUT). */
  async renew(subscriptionId: string, wish: Wish, beginBy: number): Promise<T8Answer> {
    return this.#inTurn(beginBy, async () => {
      const expiresAt = this.#expiry();
      const { status, body } = await this.#breaker.fire({ method: 'PUT', url: this.#urlOf(subscriptionId), json: this.#wished(wish, expiresAt) });
      if (status === 404 || status === 410) return { fate: 'gone', reason: `answered ${status}` };
      if (status !== 200 && status !== 204) return { fate: 'never', reason: `answered ${status}` };
      return { fate: 'confirmed', subscriptionId, expiresAt: this.#agreed(body, expiresAt), reports: answeredSubscription.parse(body).reports };
    });
  }

  async delete(subscriptionId: string, beginBy: number): Promise<T8Answer> {
    return this.#inTurn(beginBy, async () => {
      const { status } = await this.#breaker.fire({ method: 'DELETE', url: this.#urlOf(subscriptionId) });
      const isGone = (status >= 200 && status <= 299) || status === 404 || status === 410;
      return isGone ? { fate: 'deleted' } : { fate: 'never', reason: `answered ${status}` };
    });
  }

  /** Where a subscription has the network report to; undefined where there is none, or that cannot be told now. */
  async destinationOf(subscriptionId: string, beginBy: number): Promise<string | undefined> {
    if (this.#limit.pendingCount >= MAX_WAITING) return undefined;
    return this.#limit(async () => {
      const asked = this.clock.now() > beginBy ? undefined : await this.#breaker.fire({ method: 'GET', url: this.#urlOf(subscriptionId) }).catch(() => undefined);
      return asked?.status === 200 ? answeredSubscription.parse(asked.body).notificationDestination : undefined;
    });
  }

  /** Breaks off what is under way: its outcome is not known. */
  async close(): Promise<void> {
    this.#stopped.abort(new NetworkFailureError('the process ends'));
    this.#breaker.shutdown();
    await this.#agent.destroy();
  }

  async #inTurn(beginBy: number, work: () => Promise<T8Answer>): Promise<T8Answer> {
    if (this.#limit.pendingCount >= MAX_WAITING) return this.#later(new NetworkFailureError('too many requests wait'));
    return this.#limit(async () => {
      if (this.clock.now() > beginBy) return { fate: 'overdue' };
      return work().catch((error: unknown) => this.#later(error));
    });
  }

  #later(error: unknown): T8Answer {
    const { message, code, retryAfter } = error as Error & { readonly code?: string | number; readonly retryAfter?: string };
    const isRefusedHere = code === 'EOPENBREAKER' || code === 'ESHUTDOWN';
    const asked = retryAfterMs(retryAfter, this.clock.now());
    return { fate: 'later', reason: isRefusedHere ? 'the circuit to the network is open' : (typeof code === 'string' ? code : message), retryAfterMs: asked ?? (isRefusedHere ? RESET_MS + Math.random() * SPREAD_MS : 0) };
  }

  /** A token that the network does not take is replaced once. */
  async #authorized(outgoing: Outgoing): Promise<Exchange> {
    const token = await this.#tokens.current();
    const exchange = await this.#send(outgoing, token);
    const second = exchange.status === 401 && this.#tokens.refused(token) ? await this.#send(outgoing, await this.#tokens.current()) : exchange;
    // What the operator has to put right; nobody is followed elsewhere with the token.
    if (second.status === 401 || isRedirection(second.status)) throw new NetworkFailureError('answered 401', second.retryAfter);
    if (second.status >= 500 || second.status === 429 || second.status === 408) throw new NetworkFailureError(`answered ${second.status}`, second.retryAfter);
    return second;
  }

  async #send({ method, url, json }: Outgoing, token: string | undefined): Promise<Exchange> {
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(this.settings.timeoutMs)]);
    const { statusCode: status, headers, body } = await request(url, {
      dispatcher: this.#agent, method, signal,
      headers: { accept: 'application/json', ...(json && { 'content-type': 'application/json' }), ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      ...(json && { body: JSON.stringify(json) }),
    });
    const one = (name: string) => [headers[name]].flat()[0];
    return { status, location: one('location'), retryAfter: one('retry-after'), body: await jsonOf(body) };
  }

  #urlOf(subscriptionId: string): string {
    return `${this.settings.subscriptionsUrl}/${subscriptionId}`;
  }

  #wished(wish: Wish, expiresAt: number): object {
    return monitoringEventSubscription({ ...wish, expiresAt, detectionSec: this.settings.detectionSec });
  }

  #expiry(): number {
    return this.clock.now() + this.settings.expireMs * (1 - Math.random() * SHORTENED_PART);
  }

  /** The network may have granted less time; one that is over says nothing. */
  #agreed(body: unknown, asked: number): number {
    const { monitorExpireTime = asked } = answeredSubscription.parse(body);
    return Math.floor(monitorExpireTime > this.clock.now() ? Math.min(monitorExpireTime, asked) : asked);
  }
}

function isRedirection(status: number): boolean {
  return status >= 300 && status <= 399;
}

/** Undefined when it is no JSON, or too much of it. */
async function jsonOf(body: AsyncIterable<Buffer>): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    if ((size += part.length) > MAX_ANSWER_BYTES) return undefined;
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** RFC 9110 10.2.3: seconds or a date; at most an hour. */
function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}
