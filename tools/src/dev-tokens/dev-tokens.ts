import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';

export interface TokenClaims {
  readonly scope: 'device' | 'operator' | 'network';
  /** CPM Address; needed for scope `device`. */
  readonly user?: string | undefined;
  /** Needed for scope `device`. */
  readonly device?: string | undefined;
  /** 12 hours when absent. */
  readonly ttlSec?: number | undefined;
}

/** The key that signs tokens on a development machine, and where services find its public half. */
export interface DevKeys {
  /** For `CPM_JWKS_URL`. */
  readonly jwksUrl: string;
  sign(claims: TokenClaims): Promise<string>;
}

const FOLDER = fileURLToPath(new URL('../../../.cpm', import.meta.url));
const ALGORITHM = 'ES256';
const TTL_SEC = 12 * 3600;

/** The development key of this checkout, made when there is none. `folder` replaces `.cpm`. */
export async function devKeys(folder = FOLDER): Promise<DevKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const keyPath = join(folder, 'dev-key.json');
  const jwksPath = join(folder, 'jwks.json');
  const jwk = (await stored(keyPath)) ?? (await made(keyPath));
  const { d: _private, ...publicJwk } = jwk;
  await put(jwksPath, { keys: [publicJwk] });
  const key = (await importJWK(jwk, ALGORITHM)) as CryptoKey;
  return {
    jwksUrl: pathToFileURL(jwksPath).href,
    sign: ({ user, device, scope, ttlSec = TTL_SEC }) =>
      new SignJWT({ scope, ...(user !== undefined && { sub: user }), ...(device !== undefined && { device }) })
        .setProtectedHeader({ alg: ALGORITHM, kid: jwk.kid as string })
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + ttlSec)
        .sign(key),
  };
}

/** A token signed with the development key of this checkout. */
export async function signToken(claims: TokenClaims): Promise<string> {
  return (await devKeys()).sign(claims);
}

async function stored(path: string): Promise<JWK | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : (JSON.parse(text) as JWK);
}

/** Of processes that make the key at once the first one's stands. */
async function made(path: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), alg: ALGORITHM, use: 'sig', kid: randomUUID() };
  const draft = `${path}.${process.pid}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(jwk), { mode: 0o600 });
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft);
  }
  return (await stored(path)) as JWK;
}

/** Leaves a file that holds this already as it is, so that nobody reads half of it. */
async function put(path: string, content: unknown): Promise<void> {
  const text = JSON.stringify(content);
  if ((await readFile(path, 'utf8').catch(() => undefined)) !== text) await writeFile(path, text);
}
