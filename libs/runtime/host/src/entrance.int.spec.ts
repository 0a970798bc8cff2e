import { bootstrap, type RunningHost } from './bootstrap.js';
import { AuditModule } from './audit/audit.controller.js';
import { hostConfig, parseConfig } from './config.js';
import { InMemoryPlatform } from './in-memory-platform.js';
import { testIdentityProvider, type TestIdentityProvider } from './testing/identity-provider.js';

let identity: TestIdentityProvider;
let host: RunningHost;
beforeAll(async () => {
  identity = await testIdentityProvider();
});
afterEach(() => host.close());
afterAll(() => identity.forget());

async function start(variables: Readonly<Record<string, string>>): Promise<void> {
  const config = parseConfig(hostConfig, { HTTP_PORT: '0', HTTP_HOST: '127.0.0.1', CPM_JWKS_URL: identity.jwksUrl, LOG_LEVEL: 'silent', ...variables });
  host = await bootstrap([AuditModule], config, { platform: new InMemoryPlatform() });
}
const audit = async (claims: object = {}) => (await fetch(`${host.url}/admin/v1/audit`, { headers: { authorization: `Bearer ${await identity.token({ scope: 'operator', ...claims })}` } })).status;

it('takes tokens of the configured issuer, for the configured audience and of the configured life only', async () => {
  const named = { iss: 'https://id.example', aud: 'cpm' };
  await start({ CPM_TOKEN_ISSUER: 'https://id.example', CPM_TOKEN_AUDIENCE: 'cpm', CPM_TOKEN_MAX_LIFE_SEC: '3600' });
  expect([await audit(named), await audit({ ...named, iss: 'https://evil.example' }), await audit({ ...named, aud: 'another' }), await audit()]).toEqual([200, 401, 401, 401]);
  await host.close();
  await start({ CPM_TOKEN_MAX_LIFE_SEC: '3599' });
  expect(await audit(named)).toBe(401);
});

it('tells browsers to come by https where that is the entry, and lets no page of another site call', async () => {
  await start({ PUBLIC_URL: 'https://cpm.example' });
  const { headers } = await fetch(`${host.url}/health/live`, { headers: { origin: 'https://cpm.example' } });
  expect([headers.get('strict-transport-security'), headers.get('access-control-allow-origin')]).toEqual(['max-age=31536000', null]);
  const preflight = await fetch(`${host.url}/admin/v1/audit`, { method: 'OPTIONS', headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' } });
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([405, null]);
});

it('limits addresses as configured', async () => {
  await start({ IP_REQUESTS_PER_SEC: '1', IP_REQUESTS_BURST: '3', IP_REFUSALS_PER_MIN: '1' });
  const ask = async () => (await fetch(`${host.url}/admin/v1/audit`)).status;
  expect([await ask(), await ask()]).toEqual([401, 429]);
  const seen = new Set<number>();
  for (let call = 0; call < 100 && !seen.has(429); call += 1) seen.add(await audit());
  expect([...seen]).toEqual([200, 429]);
});
