import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TokenVerifier } from '@cpm/http';
import { devKeys } from './index.js';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'cpm-dev-keys-')), 'deep');
});
afterEach(async () => rm(join(folder, '..'), { recursive: true }));

const device = 'urn:uuid:00000000-0000-4000-8000-0000000000a1';

it('signs tokens that a service with its key set accepts', async () => {
  const keys = await devKeys(folder);
  const verifier = new TokenVerifier({ jwksUrl: keys.jwksUrl });
  expect(await verifier.verify(await keys.sign({ scope: 'device', user: 'tel:+4915110000001', device }))).toMatchObject({ scope: 'device', user: 'tel:+4915110000001', device });
  expect(await verifier.verify(await keys.sign({ scope: 'operator' }))).toMatchObject({ scope: 'operator' });
});

it('signs tokens that expire', async () => {
  const keys = await devKeys(folder);
  const token = await keys.sign({ scope: 'operator', ttlSec: 60 });
  await expect(new TokenVerifier({ jwksUrl: keys.jwksUrl, now: () => Date.now() + 61_000 }).verify(token)).rejects.toThrow('expired');
});

it('makes one key even when many start at once, and keeps it', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => devKeys(folder)));
  const verifier = new TokenVerifier({ jwksUrl: (await devKeys(folder)).jwksUrl });
  for (const keys of all) expect(await verifier.verify(await keys.sign({ scope: 'network' }))).toMatchObject({ scope: 'network' });
});

it('publishes no private key, and keeps it from other users', async () => {
  await devKeys(folder);
  expect(await readFile(join(folder, 'jwks.json'), 'utf8')).not.toMatch(/"d":/);
  expect((await stat(join(folder, 'dev-key.json'))).mode & 0o077).toBe(0);
});
