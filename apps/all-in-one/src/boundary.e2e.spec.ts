import { BoundaryStage, deviceId, type Route } from './boundary-stage.fixture.js';

const [alice, mallory] = ['tel:+4915110000001', 'tel:+4915110000666'] as const;
const [phone, tablet, thief] = [deviceId(1), deviceId(2), deviceId(66)] as const;
const APP_ORIGIN = 'https://app.example';

let stage: BoundaryStage;
let tokens: Record<'device' | 'operator' | 'network', string>;
let aliceToken: string;
beforeAll(async () => {
  stage = await BoundaryStage.start(1, { CORS_ORIGINS: APP_ORIGIN });
  await stage.provision(alice, phone, tablet);
  await stage.provision(mallory, thief);
  aliceToken = await stage.deviceToken(alice, phone);
  tokens = { device: await stage.deviceToken(mallory, thief), operator: await stage.identity.token({ scope: 'operator' }), network: await stage.identity.token({ scope: 'network' }) };
}, 180_000);
afterAll(() => stage.stop(), 60_000);

/** All that may be asked for without a token: what tells nothing, preflights among it, and what has its own way of knowing who asks. */
const OPEN: readonly string[] = ['*', '/health/live', '/health/ready', '/metrics', '/asyncapi', '/asyncapi/:service', '/openapi', '/openapi/:service', '/console', '/console/:file', '/u/:token', '/u/:token/content', '/network/v1/t8/notifications/:callback'];
const SCOPES: readonly (readonly [prefix: string, scope: keyof typeof tokens])[] = [['/cpm/v1/', 'device'], ['/nms/v1/', 'device'], ['/admin/v1/', 'operator'], ['/network/v1/', 'network']];
const filled = (path: string, user: string) => path.replace(':boxId', encodeURIComponent(user)).replace(':storeName', 'main').replace(/^\*$/, '/x').replace(/:\w+/g, 'x');

describe('every route', () => {
  it('lets in who has its scope, and nobody else', async () => {
    const { routes } = stage;
    // As many as the services declare.
    expect(routes.length).toBeGreaterThan(60);
    expect(routes).toEqual(expect.arrayContaining([{ method: 'DELETE', path: '/cpm/v1/devices/:deviceId' }, { method: 'POST', path: '/admin/v1/dead-letters/:id/replay' }, { method: 'GET', path: '/u/:token/content' }]));
    const seen: Record<string, string> = {};
    const wanted: Record<string, string> = {};
    await Promise.all(routes.map(async ({ method, path }) => {
      const scope = SCOPES.find(([prefix]) => path.startsWith(prefix))?.[1];
      const name = `${method} ${path}`;
      wanted[name] = OPEN.includes(path) ? 'anybody' : (scope ?? 'a scope of the contract');
      seen[name] = await reachedBy({ method, path });
    }));
    expect(seen).toEqual(wanted);
  }, 120_000);

  /** Who is let in: `anybody`, or the scopes. */
  async function reachedBy({ method, path }: Route): Promise<string> {
    const ask = (token?: string) => stage.call(method, filled(path, mallory), { token });
    if ((await ask()).status !== 401) return (await ask()).status === 500 ? 'nobody' : 'anybody';
    const scopes: string[] = [];
    for (const [scope, token] of Object.entries(tokens)) {
      const { status, headers } = await ask(token);
      const isRefused = status === 401 || (headers.get('www-authenticate') ?? '').includes('insufficient_scope');
      if (!isRefused) scopes.push(scope);
    }
    return scopes.join(' ');
  }
});

describe('what is another user\'s', () => {
  it('is no box of any of the message store\'s routes', async () => {
    const routes = stage.routes.filter(({ path }) => path.startsWith('/nms/v1/'));
    expect(routes.length).toBeGreaterThan(20);
    for (const { method, path } of routes) {
      const { status } = await stage.call(method, filled(path, alice), { token: tokens.device });
      expect([method, path, status]).toEqual([method, path, 403]);
    }
  }, 60_000);

  it('is no message, transfer, session, upload or device, and stays as it was', async () => {
    const asAlice = async (path: string, body: unknown, headers?: Record<string, string>) => JSON.parse((await stage.call('POST', `/cpm/v1${path}`, { token: aliceToken, body, ...(headers && { headers }) })).text || '{}') as { id: string };
    await asAlice('/messages', { id: 'm1', to: [alice], contentType: 'text/plain', body: 'mine' });
    const { id: file } = await asAlice('/files', 'png');
    await asAlice('/file-transfers', { id: 'f1', to: [alice], fileId: file });
    await asAlice('/sessions', { id: 's1', to: ['tel:+4915110000003'], kind: 'one-to-one' });
    await stage.call('POST', '/cpm/v1/files', { token: aliceToken, body: 'half', headers: { 'upload-id': 'up1', 'upload-length': '8' } });
    const live = await stage.open(aliceToken);
    const tried = [
      ['POST', '/messages/m1/revoke', {}], ['DELETE', '/messages/m1/link'], ['POST', '/file-transfers/f1/accept', {}], ['POST', '/file-transfers/f1/reject', {}], ['POST', '/file-transfers/f1/cancel', {}],
      ['GET', '/sessions/s1'], ['POST', '/sessions/s1/accept', {}], ['POST', '/sessions/s1/leave', {}], ['POST', '/sessions/s1/restart', {}], ['POST', '/sessions/s1/messages', { contentType: 'text/plain', body: 'let me in' }],
      ['HEAD', '/files/uploads/up1'], ['PATCH', '/files/uploads/up1', 'evil'], ['GET', `/devices/${phone}`], ['PATCH', `/devices/${phone}`, { name: 'Owned' }], ['DELETE', `/devices/${phone}`],
    ] as const;
    for (const [method, path, body] of tried) {
      const { status } = await stage.call(method, `/cpm/v1${path}`, { token: tokens.device, body, headers: { 'upload-offset': '4' } });
      expect([method, path, status]).toEqual([method, path, 404]);
    }
    // Who is no recipient says it of a message of his own by that name, which there is not.
    expect((await stage.call('POST', '/cpm/v1/messages/m1/dispositions', { token: tokens.device, body: { status: 'displayed' } })).status).toBe(204);
    expect((await stage.call('HEAD', '/cpm/v1/files/uploads/up1', { token: aliceToken })).headers.get('upload-offset')).toBe('4');
    expect((await stage.call('GET', `/cpm/v1/devices/${phone}`, { token: aliceToken })).text).not.toContain('Owned');
    expect(live.frames.filter(({ type }) => ['disposition', 'message.revoked', 'session.message'].includes(type))).toEqual([]);
  }, 60_000);

  it('is no file whose id was not told', async () => {
    for (const id of ['x', '0'.repeat(24), '../../etc', '%2e%2e%2f', encodeURIComponent('{"$ne":""}')]) expect((await stage.call('GET', `/cpm/v1/files/${id}`, { token: tokens.device })).status).toBe(404);
  });
});

describe('pages of other sites', () => {
  const preflight = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'authorization, content-type, if-match' };

  it.each(['https://evil.example', 'null', 'https://app.example.evil.example', 'http://app.example'])('of %s get no leave to call, and open no stream', async (origin) => {
    for (const [method, headers] of [['OPTIONS', preflight], ['GET', {}]] as const) {
      const answer = await stage.call(method, '/cpm/v1/preferences', { token: aliceToken, headers: { origin, ...headers } });
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control-allow-origin'))).toEqual([]);
    }
    await expect(stage.open(aliceToken, 0, { origin })).rejects.toThrow('403');
  });

  it('that are configured may call with a token, and read what the answer says beside its body', async () => {
    const asked = await stage.call('OPTIONS', '/cpm/v1/preferences', { headers: { origin: APP_ORIGIN, ...preflight } });
    expect([asked.status, asked.headers.get('access-control-allow-origin'), asked.headers.get('access-control-allow-credentials')]).toEqual([204, APP_ORIGIN, null]);
    expect(asked.headers.get('access-control-allow-headers')).toMatch(/authorization.*if-match/);
    expect(asked.headers.get('vary')?.toLowerCase()).toContain('origin');
    const answer = await stage.call('GET', '/cpm/v1/preferences', { token: aliceToken, headers: { origin: APP_ORIGIN } });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, APP_ORIGIN]);
    expect(answer.headers.get('access-control-expose-headers')).toContain('retry-after');
    expect((await stage.call('GET', '/cpm/v1/preferences', { headers: { origin: APP_ORIGIN } })).headers.get('access-control-allow-origin')).toBe(APP_ORIGIN);
    await stage.open(aliceToken, 0, { origin: APP_ORIGIN });
  });
});

describe('what a user uploads', () => {
  it.each(['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/xml', 'application/pdf'])('as %s is never shown as a page of this site', async (contentType) => {
    const name = 'a"x; filename=evil.html é\'*.html';
    const upload = await stage.call('POST', `/cpm/v1/files?fileName=${encodeURIComponent(name)}`, { token: aliceToken, body: '<script>alert(1)</script>', headers: { 'content-type': contentType } });
    expect(upload.status).toBe(201);
    const { headers } = await stage.call('GET', `/cpm/v1/files/${(JSON.parse(upload.text) as { id: string }).id}`, { token: aliceToken });
    expect([headers.get('content-type'), headers.get('x-content-type-options'), headers.get('content-security-policy')]).toEqual([contentType, 'nosniff', "default-src 'none'; sandbox"]);
    // RFC 8187: one parameter, percent-encoded, nothing of the name outside of it.
    const encoded = /^attachment; filename\*=UTF-8''([\w.!~%-]+)$/.exec(headers.get('content-disposition') ?? '')?.[1];
    expect(decodeURIComponent(encoded ?? '')).toBe(name);
  });

  it.each(['a\r\nSet-Cookie: x=1', 'a\nb', 'a\u0000b', '../../x', 'a\u202Etxt.exe'])('is not taken under the name %j', async (name) => {
    const { status, headers } = await stage.call('POST', `/cpm/v1/files?fileName=${encodeURIComponent(name)}`, { token: aliceToken, body: 'x' });
    expect([status, headers.get('set-cookie')]).toEqual([400, null]);
    expect((await stage.call('POST', '/cpm/v1/files', { token: aliceToken, body: 'x', headers: { 'x-file-name': encodeURIComponent(name) } })).status).toBe(400);
  });
});

it.each(['/console', '/console/main.js', '/u/unknown-token-of-a-link', '/health/live', '/metrics'])('keeps %s out of frames and from telling where it was', async (path) => {
  const { headers } = await stage.call('GET', path);
  expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  expect([headers.get('referrer-policy'), headers.get('x-content-type-options'), headers.get('cross-origin-resource-policy'), headers.get('server')]).toEqual(['no-referrer', 'nosniff', 'same-origin', null]);
  if (path.startsWith('/console') || path.startsWith('/u/')) expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
});
