import 'reflect-metadata';
import { connect, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { BodyAs, createHttpAdapter, CreatesWork, GovernedIntake, HttpModule, OpenToAnybody, RequireScope, type HttpLimits, type Problem } from '../index.js';

@Controller('things')
@RequireScope('device')
class ThingsController {
  @Post()
  @CreatesWork()
  create(@Body() body: unknown) {
    return { body };
  }

  @Post('both')
  @CreatesWork()
  @BodyAs({ as: 'text', types: ['text/plain'] })
  both(@Body() body: unknown) {
    return { body };
  }

  @Post('answer')
  answer(@Body() body: unknown) {
    return { body };
  }
}

@Controller()
@OpenToAnybody()
class OperatorsController {
  @Get('/health/live')
  live() {
    return { status: 'live' };
  }
}

let now: number;
let intake: GovernedIntake;
let app: NestFastifyApplication;
let base: string;
let folder: string;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
const tokens = new Map<number, string>();

async function start(limits: Partial<HttpLimits> = {}, floorPerSecond = 4): Promise<void> {
  now = 0;
  intake = new GovernedIntake({ targetMs: 200, floorPerSecond }, () => now, () => 0);
  const jwksUrl = pathToFileURL(join(folder, 'jwks.json')).href;
  @Module({ imports: [HttpModule.forRoot({ jwksUrl }, {}, intake)], controllers: [ThingsController, OperatorsController] })
  class TestModule {}
  app = await NestFactory.create<NestFastifyApplication>(TestModule, createHttpAdapter(limits), { logger: false });
  await app.listen(0, '127.0.0.1');
  base = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cpm-intake-'));
  keys = await generateKeyPair('ES256', { extractable: true });
  await writeFile(join(folder, 'jwks.json'), JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'ES256' }] }));
});
afterEach(() => app.close());
afterAll(() => rm(folder, { recursive: true }));

async function tokenOf(user: number): Promise<string> {
  const known = tokens.get(user) ?? (await new SignJWT({ scope: 'device', sub: `tel:+49151000000${10 + user}`, device: 'urn:uuid:00000000-0000-4000-8000-000000000001' })
    .setProtectedHeader({ alg: 'ES256', kid: 'k' }).setExpirationTime('1h').sign(keys.privateKey));
  tokens.set(user, known);
  return known;
}

async function post(path: string, user = 0, body = '{}'): Promise<Response> {
  return fetch(`${base}${path}`, { method: 'POST', headers: { authorization: `Bearer ${await tokenOf(user)}`, 'content-type': 'application/json' }, body });
}

const statuses = async (count: number, path = '/things', user = 0) => {
  const seen: number[] = [];
  for (let at = 0; at < count; at += 1) seen.push((await post(path, user)).status);
  return seen;
};

/** Sends text as it is; what comes back until the server ends the connection. */
function raw(text: string): { socket: Socket; ended: Promise<string> } {
  const socket = connect(Number(new URL(base).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (data) => (answer += data.toString()));
  socket.on('error', () => undefined);
  socket.write(text);
  return { socket, ended: new Promise((resolve) => socket.on('close', () => resolve(answer))) };
}

describe('new work', () => {
  it('is refused with a wait when no more is carried, and let in again later', async () => {
    await start();
    expect(await statuses(6)).toEqual([201, 201, 201, 201, 503, 503]);
    const refused = await post('/things');
    expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('content-type')]).toEqual([503, '2', expect.stringContaining('application/problem+json')]);
    expect((await refused.json()) as Problem).toMatchObject({ type: 'urn:problem-type:cpm:overloaded', status: 503 });
    now += 1_000;
    expect((await post('/things')).status).toBe(201);
  });

  it('is refused on a route with a body form of its own as well', async () => {
    await start();
    expect((await statuses(5, '/things/both')).at(-1)).toBe(503);
  });

  it('takes nothing from others when its sender proves not who he is', async () => {
    await start();
    const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(`${base}/things`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    expect((await post('/things')).status).toBe(201);
  });

  it('of a caller that had more than his share is refused as his own fault, and others are let in', async () => {
    await start({}, 200);
    for (const user of [0, 1, 2, 3]) await post('/things', user);
    for (let time = 0; time < 10; time += 1) {
      now += 250;
      intake.observe(2_000);
    }
    now += 1_000;
    const seen: [user: number, status: number][] = [];
    for (let round = 0; round < 16; round += 1) {
      now += 200;
      for (const user of [0, 0, 0, ...[1, 2, 3, 1, 2].slice(round % 3, (round % 3) + 3)]) seen.push([user, (await post('/things', user)).status]);
    }
    const of = (status: number) => seen.flatMap(([user, one]) => (one === status ? [user] : []));
    expect(new Set(of(429))).toEqual(new Set([0]));
    for (const user of [1, 2, 3]) expect(of(201).filter((one) => one === user).length).toBeGreaterThan(2);
  });
});

it('answers and operators are served while no new work is let in', async () => {
  await start();
  await statuses(6);
  expect((await post('/things')).status).toBe(503);
  expect((await post('/things/answer')).status).toBe(201);
  expect((await fetch(`${base}/health/live`)).status).toBe(200);
});

it('bodies together take no more memory than there is for them, and operators are served meanwhile', async () => {
  await start({ maxBodyBytesInFlight: 100_000, bodyLimitBytes: 80_000 });
  const head = (bytes: number, token: string) => `POST /things/answer HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${bytes}\r\n\r\n{`;
  const token = await tokenOf(0);
  const first = raw(head(80_000, token));
  let refused: Response;
  do refused = await post('/things/answer', 1, JSON.stringify('x'.repeat(60_000)));
  while (refused.status !== 503);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect((await fetch(`${base}/health/live`)).status).toBe(200);
  first.socket.destroy();
  await first.ended;
  let again: Response;
  do again = await post('/things/answer', 1, JSON.stringify('x'.repeat(60_000)));
  while (again.status === 503);
  expect(again.status).toBe(201);
});

it('a body that does not come to its end is answered with 408 and its place given to others', async () => {
  await start({ bodyTimeoutMs: 300, maxInFlight: 1 });
  const slow = raw(`POST /things/answer HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${await tokenOf(0)}\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{`);
  expect(await slow.ended).toMatch(/^HTTP\/1\.1 408 [\s\S]*request-timeout/);
  let answer: Response;
  do answer = await post('/things/answer');
  while (answer.status === 503);
  expect(answer.status).toBe(201);
});

it('headers that do not come to their end are answered with 408', async () => {
  await start({ headersTimeoutMs: 300 });
  expect(await raw('POST /things HTTP/1.1\r\nhost: x\r\nx-a: ').ended).toMatch(/^HTTP\/1\.1 408 /);
});
