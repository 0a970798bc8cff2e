import { request, type Dispatcher } from 'undici';
import { z } from 'zod';
import type { ClientCredentials, T8Settings } from './t8-config.js';

/** RFC 6749 5.1. */
const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive().default(300) });
/** A token is not used in the last part of its life: it must live until the request is checked. */
const USED_PART = 0.9;

/** The bearer token of requests to the network. */
export class AccessTokens {
  #current: { readonly token: string; readonly until: number } | undefined;
  #asking: Promise<string> | undefined;

  constructor(
    private readonly authorization: T8Settings['authorization'],
    private readonly parts: { readonly dispatcher: Dispatcher; readonly timeoutMs: number; readonly now: () => number },
  ) {}

  /** Undefined where requests carry none. Rejects when the authorization server gives none. */
  async current(): Promise<string | undefined> {
    const { authorization } = this;
    if (authorization === undefined) return undefined;
    if ('token' in authorization) return authorization.token;
    if (this.#current && this.#current.until > this.parts.now()) return this.#current.token;
    this.#asking ??= this.#ask(authorization).finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  /** The network does not take this one: the next is another, if there can be another. */
  refused(token: string | undefined): boolean {
    if (token === undefined || this.authorization === undefined || 'token' in this.authorization) return false;
    if (this.#current?.token === token) this.#current = undefined;
    return true;
  }

  /** The grant of client credentials (RFC 6749 4.4); the client authenticates by HTTP Basic (2.3.1). */
  async #ask({ tokenUrl, clientId, clientSecret }: ClientCredentials): Promise<string> {
    const { dispatcher, timeoutMs, now } = this.parts;
    const basic = Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`).toString('base64');
    const { statusCode, body } = await request(tokenUrl, {
      dispatcher, method: 'POST', signal: AbortSignal.timeout(timeoutMs),
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: 'grant_type=client_credentials',
    });
    const answer: unknown = await body.json().catch(() => undefined);
    const parsed = tokenAnswer.safeParse(answer);
    if (statusCode !== 200 || !parsed.success) throw new Error(`no access token: the authorization server answered ${statusCode}`);
    const { access_token: token, expires_in: lifeSec } = parsed.data;
    this.#current = { token, until: now() + lifeSec * 1_000 * USED_PART };
    return token;
  }
}

function formEncoded(text: string): string {
  return new URLSearchParams({ text }).toString().slice('text='.length);
}
