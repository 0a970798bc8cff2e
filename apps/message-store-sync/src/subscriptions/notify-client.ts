import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { LRUCache } from 'lru-cache';
import CircuitBreaker from 'opossum';
import pLimit, { type LimitFunction } from 'p-limit';
import { Agent, request } from 'undici';
import { mayConnect, notifyUrlFault, type AllowedTargets } from './notify-url.js';

const POST_LIMIT_MS = 10_000;
const MAX_ANSWER_BYTES = 65_536;
const AT_ONCE = 32;
/** So that a slow host leaves most places to others. */
const AT_ONCE_PER_HOST = 8;
const HOSTS_KNOWN = 2_000;
const BREAKER = { timeout: false, errorThresholdPercentage: 50, volumeThreshold: 5, rollingCountTimeout: 30_000, rollingCountBuckets: 10, resetTimeout: 15_000, errorFilter: isOfUrl } as const;

class NotTakenError extends Error {
  override readonly name = 'NotTakenError';

  constructor(message: string, readonly status?: number) {
    super(message);
  }
}

/** Of the URL, and not of its host: 429 is the host's own word that it takes nothing just now. */
function isOfUrl(error: unknown): boolean {
  return error instanceof NotTakenError && error.status !== undefined && error.status < 500 && error.status !== 429;
}

/** A host name stands for an address that nothing may be sent to. */
class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';
}

interface Host {
  readonly limit: LimitFunction;
  readonly breaker: CircuitBreaker<[Post], void>;
}

/** `lookup` of node:dns, for all addresses. */
export type Resolve = (hostname: string, options: LookupAllOptions, callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void) => void;

/** One list for one subscriber. */
export interface Post {
  readonly url: string;
  readonly json: string;
}

/** Posts lists to subscribers: only where that is allowed, few at a time, and not to a host that does not take any just now. */
export class NotifyClient {
  readonly #agent: Agent;
  readonly #all = pLimit(AT_ONCE);
  readonly #stopped = new AbortController();
  readonly #hosts = new LRUCache<string, Host>({ max: HOSTS_KNOWN, dispose: ({ breaker }) => breaker.shutdown() });

  constructor(
    private readonly allowed: AllowedTargets,
    private readonly limitMs = POST_LIMIT_MS,
    resolve: Resolve = lookup,
  ) {
    this.#agent = new Agent({ connect: { timeout: limitMs, lookup: checkedLookup(allowed, resolve) }, headersTimeout: limitMs, bodyTimeout: limitMs, connections: AT_ONCE_PER_HOST, pipelining: 1 });
  }

  /** Does the work when there is a place: few at a time for all hosts, fewer for the host of the URL. */
  async inTurn(url: string, work: () => Promise<void>): Promise<void> {
    const fault = notifyUrlFault(url, this.allowed);
    const { limit } = this.#hostOf(fault === undefined ? new URL(url).host : '');
    await limit(() => this.#all(work));
  }

  /** Resolves when the list was taken, that is answered with 2xx in time; rejects when it was not, or that is not known. */
  async post(post: Post): Promise<void> {
    const fault = notifyUrlFault(post.url, this.allowed);
    if (fault !== undefined) throw new NotTakenError(`the URL ${fault}`);
    await this.#hostOf(new URL(post.url).host).breaker.fire(post);
  }

  /** Breaks off what is under way: it is sent anew when its time is over. */
  async close(): Promise<void> {
    this.#stopped.abort(new NotTakenError('the process ends'));
    this.#hosts.clear();
    await this.#agent.destroy();
  }

  #hostOf(host: string): Host {
    const known = this.#hosts.get(host);
    if (known) return known;
    const made: Host = { limit: pLimit(AT_ONCE_PER_HOST), breaker: new CircuitBreaker((post: Post) => this.#send(post), { ...BREAKER, name: host }) };
    this.#hosts.set(host, made);
    return made;
  }

  async #send({ url, json }: Post): Promise<void> {
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(this.limitMs)]);
    const { statusCode, body } = await request(url, { dispatcher: this.#agent, method: 'POST', headers: { 'content-type': 'application/json' }, body: json, signal });
    // What is answered says nothing; the connection is kept only when that is short.
    void body.dump({ limit: MAX_ANSWER_BYTES }).catch(() => undefined);
    if (statusCode < 200 || statusCode > 299) throw new NotTakenError(`answered ${statusCode}`, statusCode);
  }
}

/** Resolves for the connection itself, so that what was checked is what is connected to. */
function checkedLookup(allowed: AllowedTargets, resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) callback(error ?? new ForbiddenAddressError('the host has no address'), []);
      else if (addresses.some(({ address }) => !mayConnect(hostname, address, allowed))) callback(new ForbiddenAddressError('the host is in a private network'), []);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
