import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { callerNetwork } from './caller-network.js';
import { ProblemError } from './problem.js';
import { problemOf, sendProblem } from './problem-filter.js';
import { RateLimiter, type RateLimit } from './rate-limiter.js';
import { InvalidTokenError, TokenVerifier, type Principal, type Scope } from './token-verifier.js';

/** What callers may ask for; a limit that is left out does not exist. */
export interface EntranceLimits {
  /** Requests from one IPv4 address, or IPv6 network of 64 bits, whatever they ask for. */
  readonly network?: RateLimit;
  /** Requests from such a network that are refused for their token, or the lack of one. */
  readonly refusals?: RateLimit;
  /** Requests of all devices of one user together. */
  readonly user?: RateLimit;
}

export interface EntranceOptions {
  readonly limits?: EntranceLimits;
  /** Proxies in front that each add to X-Forwarded-For the address they were called from. */
  readonly proxyHops?: number;
  /** Whether what the token stands for was taken back after it was issued. */
  readonly isRevoked?: (principal: Principal) => boolean;
  /** Milliseconds that grow evenly. */
  readonly uptime?: () => number;
}

/** Injection token of `EntranceOptions`. */
export const ENTRANCE_OPTIONS = 'cpm:entrance-options';

type Asking = Pick<IncomingMessage, 'headers'> & { readonly remote: string | undefined };

/** Who is let in, over HTTP and to streams alike. Everything it refuses with is a problem. */
@Injectable()
export class Entrance implements OnModuleInit {
  private readonly network: RateLimiter | undefined;
  private readonly refusals: RateLimiter | undefined;
  private readonly user: RateLimiter | undefined;

  constructor(
    @Inject(TokenVerifier) private readonly verifier: TokenVerifier,
    @Inject(ENTRANCE_OPTIONS) private readonly options: EntranceOptions,
    @Inject(HttpAdapterHost) private readonly http: HttpAdapterHost,
  ) {
    const { limits = {}, uptime = () => performance.now() } = options;
    const limiter = (limit: RateLimit | undefined) => limit && new RateLimiter(limit, uptime);
    [this.network, this.refusals, this.user] = [limiter(limits.network), limiter(limits.refusals), limiter(limits.user)];
  }

  onModuleInit(): void {
    if (!this.network) return;
    this.http.httpAdapter.getInstance<FastifyInstance>().addHook('onRequest', (request, reply, done) => {
      try {
        this.come({ headers: request.headers, remote: request.ip });
        done();
      } catch (error) {
        sendProblem(reply, problemOf(error));
      }
    });
  }

  /** Counts a request of any kind for where it came from. Throws 429. */
  come(asking: Asking): void {
    this.network?.admit(this.networkOf(asking));
  }

  /** The principal of a caller of this scope. Rejects with 401 (missing, malformed, expired), 403 (another scope, or taken back), 429 or 503 problems. */
  async admit(asking: Asking, scope: Scope): Promise<Principal> {
    const principal = await this.identify(asking.headers).catch((error: unknown) => {
      if (error instanceof ProblemError && error.status === 401) this.refusals?.admit(this.networkOf(asking));
      throw error;
    });
    if (principal.scope !== scope) throw wrongScope(scope, principal.scope);
    if (this.options.isRevoked?.(principal)) throw revoked();
    if (scope === 'device' && principal.user) this.user?.admit(principal.user);
    return principal;
  }

  private async identify({ authorization }: IncomingHttpHeaders): Promise<Principal> {
    const token = bearerOf(authorization);
    if (token === undefined) throw unauthorized(authorization === undefined ? 'a bearer token is needed' : 'the Authorization header must be Bearer <token>');
    return this.verifier.remembered(token) ?? this.verifier.verify(token).catch((error: unknown) => {
      throw error instanceof InvalidTokenError ? unauthorized(error.message, 'invalid_token') : keysUnavailable(error);
    });
  }

  private networkOf({ headers, remote }: Asking): string {
    return callerNetwork(remote, headers['x-forwarded-for'], this.options.proxyHops ?? 0);
  }
}

/** The token of an `Authorization` header. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^bearer +([\w.~+/=-]+) *$/i.exec(authorization ?? '')?.[1];
}

const KEYS_RETRY_SEC = '5';

function keysUnavailable(cause: unknown): ProblemError {
  return new ProblemError(503, 'temporarily-unavailable', 'tokens cannot be verified now', { headers: { 'retry-after': KEYS_RETRY_SEC }, cause });
}

function wrongScope(scope: Scope, presented: Scope): ProblemError {
  return new ProblemError(403, 'wrong-scope', `this needs a token of scope ${scope}, not ${presented}`, {
    headers: { 'www-authenticate': `Bearer realm="cpm", error="insufficient_scope", scope="${scope}"` },
  });
}

function revoked(): ProblemError {
  return new ProblemError(403, 'token-revoked', 'the device, or its subscriber, was removed after the token was issued', {
    headers: { 'www-authenticate': 'Bearer realm="cpm", error="invalid_token", error_description="the device was removed"' },
  });
}

function unauthorized(detail: string, code?: string): ProblemError {
  const challenge = code === undefined ? 'Bearer realm="cpm"' : `Bearer realm="cpm", error="${code}", error_description="${detail}"`;
  return new ProblemError(401, 'unauthorized', detail, { headers: { 'www-authenticate': challenge } });
}
