import 'reflect-metadata';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Controller, Get, Module, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { ANSWER_HEADERS, createHttpAdapter, HttpModule, OpenToAnybody, RequireScope, type EntranceOptions } from './index.js';

@Controller('doors')
class DoorsController {
  @Get('open')
  @OpenToAnybody()
  open() {
    return {};
  }

  @Get('page')
  @OpenToAnybody()
  async page(@Res() reply: FastifyReply) {
    await reply.headers({ 'cache-control': 'private', 'content-security-policy': "default-src 'self'" }).send('page');
  }

  @Get('mine')
  @RequireScope('device')
  mine() {
    return {};
  }

  @Get('watched')
  @RequireScope('operator')
  watched() {
    return {};
  }

  @Get('forgotten')
  forgotten() {
    return { secret: 'nobody said who may read it' };
  }
}

const user = 'tel:+4915110000001';
const deviceId = (number: number) => `urn:uuid:00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
let uptime = 0;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let folder: string;
let app: NestFastifyApplication | undefined;
let base = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cpm-entrance-'));
  keys = await generateKeyPair('ES256');
  await writeFile(join(folder, 'jwks.json'), JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k' }] }));
});
afterEach(() => app?.close());
afterAll(() => rm(folder, { recursive: true }));

async function start(entrance: EntranceOptions = {}, isHttpsOnly = false): Promise<void> {
  @Module({ imports: [HttpModule.forRoot({ jwksUrl: pathToFileURL(join(folder, 'jwks.json')).href }, { uptime: () => uptime, ...entrance })], controllers: [DoorsController] })
  class TestModule {}
  app = await NestFactory.create<NestFastifyApplication>(TestModule, createHttpAdapter({ isHttpsOnly }), { logger: false });
  await app.listen(0, '127.0.0.1');
  base = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
}

const token = (claims: Record<string, unknown>) => new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k' }).setIssuedAt().setExpirationTime('1h').sign(keys.privateKey);
const device = (number: number) => token({ scope: 'device', sub: user, device: deviceId(number) });
const get = (path: string, bearer?: string, headers: Record<string, string> = {}) => fetch(base + path, { headers: { ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }), ...headers } });
const statuses = async (times: number, ask: () => Promise<Response>) => {
  const seen: number[] = [];
  for (let time = 0; time < times; time += 1) seen.push((await ask()).status);
  return seen;
};

it('lets nobody reach a route that does not say who may', async () => {
  await start();
  for (const bearer of [undefined, await device(1), await token({ scope: 'operator' })]) {
    const answer = await get('/doors/forgotten', bearer);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('secret');
  }
});

it('refuses what was taken back, whatever the signature says, and nobody else', async () => {
  await start({ isRevoked: ({ device: id }) => id === deviceId(1) });
  const refused = await get('/doors/mine', await device(1));
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ type: 'urn:problem-type:cpm:token-revoked' });
  expect((await get('/doors/mine', await device(2))).status).toBe(200);
});

describe('limits', () => {
  it('of an address count whatever it asks for, come back with time, and leave other addresses alone', async () => {
    await start({ limits: { network: { perSecond: 1, burst: 3 } }, proxyHops: 1 });
    const from = (address: string, path = '/doors/open') => get(path, undefined, { 'x-forwarded-for': `198.51.100.66, ${address}` });
    expect(await statuses(2, () => from('192.0.2.7'))).toEqual([200, 200]);
    expect(await statuses(2, () => from('192.0.2.7', '/nowhere'))).toEqual([404, 429]);
    const refused = await from('192.0.2.7');
    expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('content-type')]).toEqual([429, '1', 'application/problem+json; charset=utf-8']);
    expect((await from('192.0.2.8')).status).toBe(200);
    uptime += 1_000;
    expect(await statuses(2, () => from('192.0.2.7'))).toEqual([200, 429]);
  });

  it('of an IPv6 network of 64 bits count for all its addresses', async () => {
    await start({ limits: { network: { perSecond: 1, burst: 2 } }, proxyHops: 1 });
    const seen: number[] = [];
    for (let host = 1; host <= 3; host += 1) seen.push((await get('/doors/open', undefined, { 'x-forwarded-for': `2001:db8:1:2::${host}` })).status);
    expect(seen).toEqual([200, 200, 429]);
    expect((await get('/doors/open', undefined, { 'x-forwarded-for': '2001:db8:1:3::1' })).status).toBe(200);
  });

  it('of refused tokens stop who guesses, and not who has a token', async () => {
    await start({ limits: { refusals: { perSecond: 0.1, burst: 3 } } });
    expect(await statuses(5, () => get('/doors/mine', 'guess'))).toEqual([401, 401, 401, 429, 429]);
    expect((await get('/doors/mine')).headers.get('retry-after')).toBe('10');
    expect((await get('/doors/mine', await device(1))).status).toBe(200);
  });

  it('of a user count for all his devices together', async () => {
    await start({ limits: { user: { perSecond: 1, burst: 3 } } });
    const [one, two, operator] = [await device(1), await device(2), await token({ scope: 'operator', sub: user })];
    expect([...(await statuses(2, () => get('/doors/mine', one))), ...(await statuses(2, () => get('/doors/mine', two)))]).toEqual([200, 200, 200, 429]);
    expect((await get('/doors/mine', await token({ scope: 'device', sub: 'tel:+4915110000002', device: deviceId(1) }))).status).toBe(200);
    expect((await get('/doors/watched', operator)).status).toBe(200);
  });
});

describe('headers', () => {
  it.each(['/doors/open', '/doors/mine', '/doors/forgotten', '/nowhere', '/doors/%zz'])('of %s keep browsers from guessing, keeping, framing and telling', async (path) => {
    await start();
    const { headers } = await get(path);
    for (const [name, value] of Object.entries(ANSWER_HEADERS)) expect([name, headers.get(name)]).toEqual([name, value]);
    expect(ANSWER_HEADERS).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', 'content-security-policy': expect.stringContaining("frame-ancestors 'none'") });
    for (const name of ['server', 'x-powered-by', 'strict-transport-security', 'access-control-allow-origin']) expect([name, headers.get(name)]).toEqual([name, null]);
  });

  it('give way to those of a page', async () => {
    await start();
    const { headers } = await get('/doors/page');
    expect([headers.get('cache-control'), headers.get('content-security-policy'), headers.get('x-content-type-options')]).toEqual(['private', "default-src 'self'", 'nosniff']);
  });

  it('ask for https where that is the way in', async () => {
    await start({}, true);
    for (const path of ['/doors/open', '/nowhere']) expect((await get(path)).headers.get('strict-transport-security')).toBe('max-age=31536000');
  });

  it('stand on what is no HTTP, too', async () => {
    await start();
    const text = await raw('HELLO\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1.1 400 /);
    expect(text.toLowerCase()).toContain('x-content-type-options: nosniff');
  });

  it.each(['a%0d%0aset-cookie:x=1', 'a\tb', 'a"b', 'x'.repeat(129), 'ä'])('never repeat the request id %j', async (id) => {
    await start();
    const text = await raw(`GET /doors/open HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${id}\r\nConnection: close\r\n\r\n`);
    expect(text).not.toContain(id);
    expect(text).toMatch(/x-request-id: [0-9a-f-]{36}\r\n/);
  });
});

function raw(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(base).port), '127.0.0.1', () => socket.write(request, 'latin1'));
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    socket.on('close', () => resolve(received)).on('error', reject);
  });
}
