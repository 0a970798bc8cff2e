import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** A key set on disk, and tokens signed with it. */
export interface TestIdentityProvider {
  readonly jwksUrl: string;
  token(claims: { scope: string; sub?: string; device?: string }): Promise<string>;
  forget(): Promise<void>;
}

export async function testIdentityProvider(): Promise<TestIdentityProvider> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const folder = await mkdtemp(join(tmpdir(), 'cpm-keys-'));
  const path = join(folder, 'jwks.json');
  await writeFile(path, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256' }] }));
  return {
    jwksUrl: pathToFileURL(path).href,
    token: (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'test' }).setIssuedAt().setExpirationTime('1h').sign(privateKey),
    forget: () => rm(folder, { recursive: true }),
  };
}
