import { cpmAddress, deviceId, type CpmAddress, type DeviceId } from '@cpm/vocabulary';
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { KEY_LIFE, KeySource, type KeyLife } from './key-source.js';

export const SCOPES = ['device', 'operator', 'network'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who calls. A caller of scope `device` always has `user` and `device`. */
export interface Principal {
  readonly scope: Scope;
  readonly user?: CpmAddress;
  readonly device?: DeviceId;
  /** `sub` of the token where it is no CPM Address: an operator's or a network's name. */
  readonly subject?: string;
  /** Epoch ms; absent where the token does not say when it was issued. */
  readonly issuedAt?: number;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** The token proves nothing; `message` says why, without quoting it. */
export class InvalidTokenError extends Error {
  override readonly name = 'InvalidTokenError';
}

/** The keys cannot be had at the moment: nothing is known about the token. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}

export interface TokenVerifierOptions {
  /**
   * `http:`, `https:` or `file:` URL of a JWK Set, read again every minute, and when a token names a key that it did not hold.
   * Without one nobody can be let in: every token is answered as if the keys could not be read.
   */
  readonly jwksUrl?: string | undefined;
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  /** Longest life of a token, from its issue, or from now where it does not name that; no limit when absent. */
  readonly maxLifeMs?: number | undefined;
  readonly keyLife?: Partial<KeyLife>;
  /** Epoch ms. */
  readonly now?: () => number;
  readonly cachedTokens?: number;
}

export const ALGORITHMS = ['ES256', 'RS256', 'EdDSA'];
const MAX_TOKEN_LENGTH = 8192;
const MAX_SUBJECT = 256;
/** A token verified before is verified again after this: with the life of the keys, how long one that was taken out still counts. */
const TRUSTED_MS = 60_000;

interface Verified {
  readonly principal: Principal;
  readonly untilMs: number;
}

/** Verifies bearer tokens. A verified one is remembered until it expires, for a minute at most. */
export class TokenVerifier {
  private readonly source: KeySource | undefined;
  private readonly keys: JWTVerifyGetKey;
  private readonly verified: LRUCache<string, Verified>;
  private readonly now: () => number;

  constructor(private readonly options: TokenVerifierOptions) {
    this.source = sourceOf(options);
    this.keys = this.source?.keyFor ?? (() => Promise.reject(new Error('no JWK Set is configured')));
    this.now = options.now ?? Date.now;
    this.verified = new LRUCache({ max: options.cachedTokens ?? 20_000 });
  }

  /** Since when the keys cannot be read; 0 while they can, or none are configured. ms */
  get keysUnreadableMs(): number {
    return this.source?.unreadableMs ?? 0;
  }

  /** Rejects with InvalidTokenError or KeysUnavailableError. */
  async verify(token: string): Promise<Principal> {
    const known = this.remembered(token);
    if (known) return known;
    if (token.length > MAX_TOKEN_LENGTH) throw new InvalidTokenError('the token is too long');
    const principal = principalOf(await this.signed(token));
    const now = this.now();
    const { issuedAt = now, expiresAt } = principal;
    if (expiresAt - Math.min(issuedAt, now) > (this.options.maxLifeMs ?? Infinity)) throw new InvalidTokenError('the token is made to live for too long');
    this.verified.set(token, { principal, untilMs: Math.min(expiresAt, now + TRUSTED_MS) });
    return principal;
  }

  /** The principal of a token verified lately, without waiting; undefined when it must be verified. */
  remembered(token: string): Principal | undefined {
    const known = this.verified.get(token);
    return known && this.now() < known.untilMs ? known.principal : undefined;
  }

  private async signed(token: string): Promise<JWTPayload> {
    const { issuer, audience } = this.options;
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        algorithms: ALGORITHMS,
        requiredClaims: ['exp'],
        currentDate: new Date(this.now()),
        ...(issuer !== undefined && { issuer }),
        ...(audience !== undefined && { audience }),
      });
      return payload;
    } catch (error) {
      throw refusal(error);
    }
  }
}

const TOKEN_FAULTS = [errors.JWSInvalid, errors.JWTInvalid, errors.JWSSignatureVerificationFailed, errors.JOSENotSupported, errors.JWKSMultipleMatchingKeys];

function refusal(error: unknown): Error {
  if (error instanceof errors.JWTExpired) return new InvalidTokenError('the token expired', { cause: error });
  if (error instanceof errors.JWTClaimValidationFailed) return new InvalidTokenError(`the claim ${error.claim} does not hold`, { cause: error });
  if (error instanceof errors.JOSEAlgNotAllowed) return new InvalidTokenError(`the token must be signed with ${ALGORITHMS.join(', ')}`, { cause: error });
  if (error instanceof errors.JWKSNoMatchingKey) return new InvalidTokenError('the token is signed with an unknown key', { cause: error });
  if (TOKEN_FAULTS.some((fault) => error instanceof fault)) return new InvalidTokenError('the token is malformed or its signature does not hold', { cause: error });
  return new KeysUnavailableError('the keys to verify tokens cannot be read', { cause: error });
}

const claims = z.object({ scope: z.string(), sub: z.string().optional(), device: z.string().optional() });

/** Other scopes beside ours are an identity provider's own and say nothing here. */
function principalOf(payload: JWTPayload): Principal {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) throw new InvalidTokenError('the token carries no scope');
  const scopes = SCOPES.filter((scope) => parsed.data.scope.split(' ').includes(scope));
  const [scope] = scopes;
  if (!scope || scopes.length > 1) throw new InvalidTokenError(`the token must carry one scope of ${SCOPES.join(', ')}`);
  const user = cpmAddress.safeParse(parsed.data.sub);
  const device = deviceId.safeParse(parsed.data.device);
  const { sub } = parsed.data;
  const life = lifeOf(payload);
  if (scope !== 'device') return { scope, ...life, ...(user.success ? { user: user.data } : sub !== undefined && { subject: sub.slice(0, MAX_SUBJECT) }), ...(device.success && { device: device.data }) };
  if (!user.success) throw new InvalidTokenError('the claim sub must be a CPM Address');
  if (!device.success) throw new InvalidTokenError('the claim device must be a device id');
  return { scope, ...life, user: user.data, device: device.data };
}

function lifeOf({ iat, exp }: JWTPayload): Pick<Principal, 'issuedAt' | 'expiresAt'> {
  return { ...(iat !== undefined && { issuedAt: iat * 1000 }), expiresAt: (exp as number) * 1000 };
}

function sourceOf({ jwksUrl, keyLife, now }: TokenVerifierOptions): KeySource | undefined {
  if (jwksUrl === undefined) return undefined;
  const url = new URL(jwksUrl);
  // Nobody is hammered by reading a file.
  const own: Partial<KeyLife> = url.protocol === 'file:' ? { cooldownMs: 0 } : {};
  return new KeySource(url, now ?? (() => performance.now()), { ...KEY_LIFE, ...own, ...keyLife });
}
