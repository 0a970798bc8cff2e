import 'reflect-metadata';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateSync, gzipSync } from 'node:zlib';
import { Body, Controller, Get, Module, Post, Query, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { z } from 'zod';
import { BodyAs, CallingDevice, createHttpAdapter, type DevicePrincipal, HttpModule, OpenToAnybody, parse, type Problem, refuseOtherMethods, RequireScope } from './index.js';

const greeting = z.strictObject({ to: z.array(z.string().min(1)).max(3), nested: z.record(z.string(), z.unknown()).optional() });

@Controller('things')
@OpenToAnybody()
class ThingsController {
  @Post()
  create(@Body() body: unknown) {
    return parse(greeting, body);
  }

  @Post('text')
  @BodyAs({ as: 'text', types: ['application/reginfo+xml'] })
  text(@Body() body: unknown) {
    return { body };
  }

  @Post('stream')
  @BodyAs({ as: 'stream' })
  async stream(@Body() body: AsyncIterable<Buffer>, @Req() request: { headers: Record<string, string> }) {
    let size = 0;
    for await (const chunk of body) size += chunk.length;
    return { size, type: request.headers['content-type'] };
  }

  @Get('query')
  query(@Query() query: unknown) {
    return parse(z.strictObject({ to: z.string().optional() }), query);
  }

  @Get('fault')
  fault() {
    throw new Error('password is swordfish');
  }

  @Get('mine')
  @RequireScope('device')
  mine(@CallingDevice() device: DevicePrincipal) {
    return device;
  }
}

let folder: string;
let app: NestFastifyApplication;
let base: string;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let otherAlgorithm: typeof keys;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cpm-http-'));
  keys = await generateKeyPair('ES256', { extractable: true });
  otherAlgorithm = await generateKeyPair('ES384', { extractable: true });
  const jwks = join(folder, 'jwks.json');
  await writeFile(jwks, JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one' }, { ...(await exportJWK(otherAlgorithm.publicKey)), kid: 'es384' }] }));
  @Module({ imports: [HttpModule.forRoot({ jwksUrl: pathToFileURL(jwks).href })], controllers: [ThingsController] })
  class TestModule {}
  app = await NestFactory.create<NestFastifyApplication>(TestModule, createHttpAdapter(), { logger: false });
  await app.init();
  refuseOtherMethods(app.getHttpAdapter());
  await app.listen(0, '127.0.0.1');
  base = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
});

afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

const post = (path: string, body: string | Buffer, type = 'application/json') =>
  fetch(`${base}${path}`, { method: 'POST', body, headers: { 'content-type': type } });

async function problem(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const body = (await response.json()) as Problem;
  expect(body).toMatchObject({ status: response.status, type: expect.any(String), title: expect.any(String), detail: expect.any(String) });
  return body;
}

describe('other methods', () => {
  it.each(['DELETE', 'QUERY', 'GET'])('are refused with those that there are: %s', async (method) => {
    const response = await fetch(`${base}/things`, { method, ...(method === 'QUERY' && { body: '?', headers: { 'content-type': 'text/strange' } }) });
    expect(await problem(response)).toMatchObject({ status: 405, type: 'urn:problem-type:cpm:method-not-allowed', detail: 'there is only POST' });
    expect(response.headers.get('allow')).toBe('POST');
  });

  it('leave a path that is not there unknown, and HEAD answered where GET is', async () => {
    expect((await fetch(`${base}/nothing`, { method: 'DELETE' })).status).toBe(404);
    expect((await fetch(`${base}/things/mine`, { method: 'PUT' })).headers.get('allow')).toBe('GET, HEAD');
    expect((await fetch(`${base}/things/mine`, { method: 'HEAD' })).status).toBe(401);
  });
});

describe('bad requests', () => {
  it('names the field', async () => {
    const response = await post('/things', '{"to":["a",""],"more":1}');
    expect(response.status).toBe(400);
    expect((await problem(response)).errors).toEqual([{ path: 'to[1]', message: expect.any(String) }, { path: 'more', message: 'is not known here' }]);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('refuses the key %s at any depth', async (key) => {
    const response = await post('/things', `{"to":["a"],"nested":{"list":[{"${key}":{}}]}}`);
    expect(response.status).toBe(400);
    expect((await problem(response)).errors).toEqual([{ path: `nested.list[0].${key}`, message: 'is a forbidden key' }]);
  });

  it('refuses nesting that could exhaust the stack', async () => {
    expect((await post('/things', `{"to":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)).status).toBe(400);
  });

  it('answers malformed JSON without quoting it', async () => {
    const response = await post('/things', '{"to": secret}');
    expect(response.status).toBe(400);
    const body = await problem(response);
    expect(body.type).toMatch(/malformed-json$/);
    expect(JSON.stringify(body)).not.toContain('secret');
  });

  it('answers bytes that are not UTF-8', async () => expect((await post('/things', Buffer.from([0x22, 0xff, 0x22]))).status).toBe(400));

  it('answers an empty body as a missing one', async () => {
    const response = await post('/things', '');
    expect(response.status).toBe(400);
    expect((await problem(response)).type).toMatch(/invalid-request$/);
  });

  it('answers 413 to a client that writes to the end before it reads', async () => {
    const response = await post('/things', JSON.stringify({ to: ['x'.repeat(12 * 2 ** 20)] }));
    expect(response.status).toBe(413);
    expect((await problem(response)).type).toMatch(/payload-too-large$/);
  });

  it('answers 413 to a client that reads only after it has written all', async () => {
    const body = Buffer.alloc(8 * 2 ** 20, 0x20);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(base).port), '127.0.0.1', () => {
        socket.pause();
        socket.write(`POST /things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`);
        socket.write(body, (error) => (error ? reject(error) : socket.resume()));
      });
      let received = '';
      socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
      socket.on('close', () => resolve(received)).on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });

  it('answers 413 when the size is not declared', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sending = httpRequest(`${base}/things`, { method: 'POST', headers: { 'content-type': 'application/json' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sending.on('error', reject);
      for (let part = 0; part < 40; part += 1) sending.write(Buffer.alloc(2 ** 17, 0x20));
      sending.end();
    });
    expect(status).toBe(413);
  });

  it('answers 415 for what a route does not take', async () => {
    const response = await post('/things', '<to/>', 'text/xml');
    expect(response.status).toBe(415);
    await problem(response);
  });

  it.each(['/nowhere', '/things/%zz'])('answers %s as a problem', async (path) => {
    const response = await fetch(base + path);
    expect([400, 404]).toContain(response.status);
    await problem(response);
  });

  it('says nothing of an unexpected error', async () => {
    const response = await fetch(`${base}/things/fault`);
    expect(response.status).toBe(500);
    expect(JSON.stringify(await problem(response))).not.toContain('swordfish');
  });

  it('answers what is not HTTP', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(base).port), '127.0.0.1', () => socket.write('HELLO\r\n\r\n'));
      let received = '';
      socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
      socket.on('close', () => resolve(received)).on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1.1 400 .*application\/problem\+json/s);
  });
});

describe('attacks', () => {
  const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20, 0x20));

  it.each([['gzip', bomb], ['deflate', deflateSync(Buffer.alloc(2 ** 20))], ['br', Buffer.from('x')], ['gzip, identity', bomb], ['zstd', Buffer.from('x')]])('a body packed as %s is refused, not unpacked', async (encoding, body) => {
    for (const path of ['/things', '/things/text', '/things/stream']) {
      const response = await fetch(base + path, { method: 'POST', body, headers: { 'content-type': 'application/json', 'content-encoding': encoding } });
      expect(response.status).toBe(415);
      expect((await problem(response)).errors).toEqual([{ path: 'Content-Encoding', message: 'must be identity' }]);
    }
  });

  it.each([
    ['{"to":{"$ne":null}}', 'to'], ['{"to":[{"$gt":""}]}', 'to[0]'], ['{"to":["a"],"$where":"sleep(1000)"}', '$where'], ['{"to":["a"],"a.b":1}', 'a.b'], ['{"to":["a"],"nested":{"$expr":1,"__proto__":{"polluted":true}}}', 'nested.__proto__'],
  ])('operators of the database in a body are values that do not fit: %s', async (body, path) => {
    const response = await post('/things', body);
    expect(response.status).toBe(400);
    expect((await problem(response)).errors?.map((error) => error.path)).toContain(path);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each(['to[$ne]=x', 'to[]=a&to[]=b', 'to=a&to=b', '__proto__[polluted]=1', 'constructor.prototype.polluted=1', 'a.b=1', '__proto__=1'])('a query stays flat text: %s', async (query) => {
    const response = await fetch(`${base}/things/query?${query}`);
    expect([400, 200]).toContain(response.status);
    if (response.status === 400) expect((await problem(response)).errors?.length).toBeGreaterThan(0);
    else expect(Object.values((await response.json()) as object).every((value) => typeof value === 'string')).toBe(true);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('a head that is too large, of many fields or of one query, is answered with 431', async () => {
    const fields = Object.fromEntries(Array.from({ length: 1_500 }, (_, index) => [`x-field-${index}`, 'x']));
    expect((await fetch(`${base}/things/query`, { headers: fields })).status).toBe(431);
    expect((await fetch(`${base}/things/query?${Array.from({ length: 3_000 }, (_, index) => `p${index}=1`).join('&')}`)).status).toBe(431);
  });

  it('many query parameters that fit a head are refused by name, twenty at most', async () => {
    const response = await fetch(`${base}/things/query?${Array.from({ length: 900 }, (_, index) => `p${index}=1`).join('&')}`);
    expect(response.status).toBe(400);
    expect((await problem(response)).errors).toHaveLength(20);
  });

  it('a nesting of 33 levels is refused, one of 32 is not', async () => {
    const nested = (levels: number) => `{"to":["a"],"nested":{"in":${'['.repeat(levels)}${']'.repeat(levels)}}}`;
    expect((await post('/things', nested(30))).status).toBe(201);
    expect((await post('/things', nested(40))).status).toBe(400);
  });

  it.each(['/things/..%2f..%2fmetrics', '/things/%2e%2e/%2e%2e/etc/passwd', '/things/%00', '/things/%c0%ae%c0%ae/x', '//things', '/things%2ftext', '/things/\uff0e\uff0e/text', '/%2574hings'])('the path %s leads nowhere', async (path) => {
    const response = await fetch(base + path);
    expect([400, 404]).toContain(response.status);
    await problem(response);
  });
});

describe('bodies', () => {
  it('hands a listed text type over as text', async () =>
    expect(await (await post('/things/text', '<reginfo/>', 'application/reginfo+xml; charset=utf-8')).json()).toEqual({ body: '<reginfo/>' }));

  it('hands a stream over as it is, JSON included', async () =>
    expect(await (await post('/things/stream', '{"a":1}')).json()).toEqual({ size: 7, type: 'application/json' }));

  it('carries a request id', async () => {
    const response = await fetch(`${base}/nowhere`, { headers: { 'x-request-id': 'abc-1' } });
    expect(response.headers.get('x-request-id')).toBe('abc-1');
    expect((await fetch(`${base}/nowhere`, { headers: { 'x-request-id': 'a b' } })).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('tokens', () => {
  const claims = { sub: 'tel:+49 151 1000 0001', device: 'urn:uuid:00000000-0000-4000-8000-00000000000A', scope: 'openid device' };
  const sign = (payload: Record<string, unknown>, expires: string | number = '1h', key = keys.privateKey, kid = 'one') =>
    new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid }).setExpirationTime(expires).sign(key);
  const mine = (token?: string) => fetch(`${base}/things/mine`, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });

  it('gives the normalised user and device', async () => {
    const response = await mine(await sign(claims));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ user: 'tel:+4915110000001', device: 'urn:uuid:00000000-0000-4000-8000-00000000000a' });
  });

  it('answers 401 with a challenge when there is none', async () => {
    const response = await mine();
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="cpm"');
    await problem(response);
  });

  it('answers 401 when it expired', async () => {
    const response = await mine(await sign(claims, Math.floor(Date.now() / 1000) - 1));
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect((await problem(response)).detail).toBe('the token expired');
  });

  it('answers 401 when it is not valid yet', async () =>
    expect((await mine(await sign({ ...claims, nbf: Math.floor(Date.now() / 1000) + 60 }))).status).toBe(401));

  it.each([['no sub', { sub: undefined }], ['a sub that is no address', { sub: 'bob' }], ['no device', { device: undefined }], ['no scope', { scope: undefined }], ['two scopes', { scope: 'device operator' }]])(
    'answers 401 to %s',
    async (_, change) => expect((await mine(await sign({ ...claims, ...change }))).status).toBe(401),
  );

  it('answers 401 to another signer, an unknown key, no algorithm, another algorithm and a shared secret', async () => {
    const other = await generateKeyPair('ES256');
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = part({ ...claims, exp: 4e9 });
    const hmac = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'one' }).setExpirationTime('1h').sign(Buffer.alloc(32, 1));
    const es384 = await new SignJWT(claims).setProtectedHeader({ alg: 'ES384', kid: 'es384' }).setExpirationTime('1h').sign(otherAlgorithm.privateKey);
    const tokens = [es384, await sign(claims, '1h', other.privateKey), await sign(claims, '1h', keys.privateKey, 'two'), `${part({ alg: 'none' })}.${body}.`, hmac, 'rubbish'];
    expect(await Promise.all(tokens.map(async (token) => (await mine(token)).status))).toEqual([401, 401, 401, 401, 401, 401]);
  });

  it('asks no address that a token names for keys, and takes no key that a token brings', async () => {
    let asked = 0;
    const foreign = createServer((_, response) => {
      asked += 1;
      response.end('{"keys":[]}');
    });
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    const own = await generateKeyPair('ES256', { extractable: true });
    const url = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}/jwks`;
    const jwk = await exportJWK(own.publicKey);
    for (const header of [{ jku: url }, { jku: url, kid: 'new' }, { x5u: url }, { jwk }, { jwk, kid: 'one' }, { kid: '../../../../dev/null' }, { kid: url }]) {
      const token = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', ...header }).setExpirationTime('1h').sign(own.privateKey);
      expect((await mine(token)).status).toBe(401);
    }
    foreign.close();
    expect(asked).toBe(0);
  });

  it('answers 403 to another scope', async () => {
    const response = await mine(await sign({ scope: 'operator' }));
    expect(response.status).toBe(403);
    expect((await problem(response)).type).toMatch(/wrong-scope$/);
  });
});
