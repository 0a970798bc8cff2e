import 'reflect-metadata';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { InvalidTokenError, KeysUnavailableError, TokenVerifier, type TokenVerifierOptions } from './token-verifier.js';

/** An identity provider whose keys change, and that can be away. */
class IdentityProvider {
  keys: JWK[] = [];
  asked = 0;
  status = 200;
  private server: Server | undefined;
  url = '';

  async start(): Promise<void> {
    this.server = createServer((request, response) => {
      this.asked += 1;
      response.writeHead(this.status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: this.keys }));
    });
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/jwks`;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.server?.close(resolve));
  }

  async add(kid: string, alg: 'ES256' | 'RS256' = 'ES256') {
    const pair = await generateKeyPair(alg, { extractable: true });
    this.keys.push({ ...(await exportJWK(pair.publicKey)), kid, alg, use: 'sig' });
    return pair;
  }
}

const MINUTE = 60_000;
const claims = { sub: 'tel:+4915110000001', device: 'urn:uuid:00000000-0000-4000-8000-00000000000a', scope: 'device' };
const provider = new IdentityProvider();
let now: number;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;

beforeEach(async () => {
  Object.assign(provider, { keys: [], asked: 0, status: 200 });
  await provider.start();
  now = Date.now();
  keys = await provider.add('one');
});
afterEach(() => provider.stop());

const verifierWith = (options: Partial<TokenVerifierOptions> = {}) => new TokenVerifier({ jwksUrl: provider.url, now: () => now, ...options });
const seconds = (fromNow: number) => Math.floor(now / 1000) + fromNow;
const sign = (header: Record<string, unknown> = {}, payload: Record<string, unknown> = {}, key: CryptoKey | Uint8Array = keys.privateKey) =>
  new SignJWT({ ...claims, iat: seconds(0), exp: seconds(3_600), ...payload }).setProtectedHeader({ alg: 'ES256', kid: 'one', ...header }).sign(key);

describe('the keys of an identity provider', () => {
  it('are read once, and again for a key that was added since, without a restart', async () => {
    const verifier = verifierWith();
    await Promise.all([sign(), sign({}, { jti: 'b' })].map(async (token) => verifier.verify(await token)));
    expect(provider.asked).toBe(1);
    const added = await provider.add('two');
    now += 5_000;
    await expect(verifier.verify(await sign({ kid: 'two' }, {}, added.privateKey))).resolves.toMatchObject({ user: claims.sub });
    expect(provider.asked).toBe(2);
  });

  it('are not read again and again for keys that there are not', async () => {
    const verifier = verifierWith();
    await verifier.verify(await sign());
    for (let guess = 0; guess < 100; guess += 1) {
      now += 500;
      await expect(verifier.verify(await sign({ kid: `guess-${guess}` }))).rejects.toThrow(InvalidTokenError);
    }
    // 50 s at one attempt in 5 s.
    expect(provider.asked).toBeLessThanOrEqual(11);
  });

  it('count no longer than two minutes after they were taken out, also for a token that was verified before', async () => {
    const verifier = verifierWith();
    const token = await sign();
    await verifier.verify(token);
    now += MINUTE - 1;
    await verifier.verify(await sign({}, { jti: 'b' }));
    provider.keys = [];
    await provider.add('two');
    now += 2 * MINUTE - (MINUTE - 1);
    await expect(verifier.verify(token)).rejects.toThrow('unknown key');
    await expect(verifier.verify(await sign({}, { jti: 'c' }))).rejects.toThrow('unknown key');
  });

  it.each([['refuses', 500], ['is gone', 0]])('count a quarter of an hour while their provider %s, then nobody is let in', async (_, status) => {
    const verifier = verifierWith();
    await verifier.verify(await sign());
    if (status === 0) await provider.stop();
    else provider.status = status;
    now += 15 * MINUTE;
    await expect(verifier.verify(await sign())).resolves.toMatchObject({ scope: 'device' });
    now += 1;
    await expect(verifier.verify(await sign({}, { jti: 'late' }))).rejects.toThrow(KeysUnavailableError);
    expect(provider.asked).toBeLessThanOrEqual(3);
    if (status === 0) await provider.start();
  });

  it('are told to be unreadable from the first attempt that failed until one succeeds', async () => {
    const verifier = verifierWith();
    await verifier.verify(await sign());
    expect(verifier.keysUnreadableMs).toBe(0);
    provider.status = 500;
    now += 2 * MINUTE;
    await verifier.verify(await sign({}, { jti: 'b' }));
    now += 5 * MINUTE;
    await verifier.verify(await sign({}, { jti: 'c' }));
    expect(verifier.keysUnreadableMs).toBe(5 * MINUTE);
    provider.status = 200;
    now += MINUTE;
    await verifier.verify(await sign({}, { jti: 'd' }));
    expect(verifier.keysUnreadableMs).toBe(0);
  });

  it('let nobody in before they were read', async () => {
    provider.status = 503;
    await expect(verifierWith().verify(await sign())).rejects.toThrow(KeysUnavailableError);
  });
});

describe('a token', () => {
  it('names no key by path, address or its own header', async () => {
    const verifier = verifierWith();
    const stranger = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(stranger.publicKey);
    const thief = new IdentityProvider();
    await thief.start();
    thief.keys = [{ ...jwk, kid: 'one', alg: 'ES256' }];
    const headers = [{ kid: '../../../../etc/passwd' }, { kid: thief.url }, { kid: '' }, { kid: "one'; drop" }, { jku: thief.url }, { x5u: thief.url }, { jwk }, { jwk, kid: undefined }, { jku: thief.url, kid: 'new' }];
    for (const header of headers) await expect(verifier.verify(await sign(header, {}, stranger.privateKey))).rejects.toThrow(InvalidTokenError);
    expect(thief.asked).toBe(0);
    await thief.stop();
  });

  it('cannot choose how it is verified', async () => {
    const rsa = await provider.add('rsa', 'RS256');
    const verifier = verifierWith();
    const publicPem = Buffer.from(await exportSPKI(keys.publicKey));
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = `${part({ alg: 'none', kid: 'one' })}.${part({ ...claims, exp: seconds(60) })}.`;
    const [, body = '', signature = ''] = (await sign()).split('.');
    const forged = [
      unsigned, unsigned.replace(part({ alg: 'none', kid: 'one' }), part({ alg: 'None', kid: 'one' })),
      await sign({ alg: 'HS256' }, {}, publicPem),
      await sign({ alg: 'HS256' }, {}, Buffer.from(JSON.stringify(provider.keys[0]))),
      await sign({ alg: 'RS256', kid: 'one' }, {}, rsa.privateKey),
      await sign({ alg: 'ES256', kid: 'rsa' }),
      `${part({ alg: 'RS256', kid: 'one' })}.${body}.${signature}`,
      `${part({ alg: 'ES256', kid: 'one' })}.${body}.`,
      `${part({ alg: 'ES256', kid: 'one' })}.${part({ ...claims, scope: 'operator', exp: seconds(60) })}.${signature}`,
      `${part({ alg: 'ES256', kid: 'one', crit: ['b64'], b64: false })}.${body}.${signature}`,
    ];
    for (const token of forged) await expect(verifier.verify(token)).rejects.toThrow(InvalidTokenError);
    await expect(verifier.verify(await sign({ alg: 'RS256', kid: 'rsa' }, {}, rsa.privateKey))).resolves.toMatchObject({ scope: 'device' });
  });

  it.each<[string, Record<string, unknown>]>([
    ['without exp', { exp: undefined }],
    ['not valid yet', { nbf: inSeconds(600) }],
    ['made to live beyond the longest life', { exp: inSeconds(4_600) }],
    ['whose issue is said to be in the future, made to live beyond it', { iat: inSeconds(10_000), exp: inSeconds(13_000) }],
    ['without iat, made to live beyond it', { iat: undefined, exp: inSeconds(4_600) }],
    ['of an issuer of old', { iat: inSeconds(-3_000), exp: inSeconds(1_000) }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['of no issuer', { iss: undefined }],
    ['for another audience', { aud: 'another' }],
    ['for no audience', { aud: undefined }],
  ])('%s is refused', async (_, change) => {
    const verifier = verifierWith({ issuer: 'https://id.example', audience: 'cpm', maxLifeMs: 3_600_000 });
    const good = { iss: 'https://id.example', aud: ['x', 'cpm'], nbf: seconds(0) };
    await expect(verifier.verify(await sign({}, good))).resolves.toMatchObject({ scope: 'device' });
    await expect(verifier.verify(await sign({}, { ...good, ...change }))).rejects.toThrow(InvalidTokenError);
  });

  it('of more than 8 KiB is refused before it is looked at', async () => {
    const verifier = verifierWith();
    await expect(verifier.verify(await sign({}, { padding: 'x'.repeat(8_192) }))).rejects.toThrow('too long');
    expect(provider.asked).toBe(0);
  });
});

/** For tables, which are made some seconds before the clock of a test is set. */
function inSeconds(fromNow: number): number {
  return Math.floor(Date.now() / 1000) + fromNow;
}
