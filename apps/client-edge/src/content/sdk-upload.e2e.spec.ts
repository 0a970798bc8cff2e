import { createHash, randomBytes } from 'node:crypto';
import { CpmDevice, type CpmDeviceOptions } from '@cpm/client';
import type { MongoService } from '@cpm/testing-containers';
import { startDatabase } from '../edge-world.fixture.js';
import { FakeClamd, SIGNATURE } from './fake-clamd.fixture.js';
import { phone, UploadStage } from './upload-stage.fixture.js';

const content = randomBytes(900_000);
const sha256 = createHash('sha256').update(content).digest('hex');
let mongo: MongoService;
let clamd: FakeClamd;
let stage: UploadStage;

beforeAll(async () => {
  mongo = await startDatabase();
}, 60_000);
afterAll(async () => mongo.stop());
beforeEach(async () => {
  clamd = await FakeClamd.start();
  stage = await UploadStage.start(mongo, { EDGE_CLAMD_URL: clamd.url });
});
afterEach(async () => {
  await stage.world.stop();
  await clamd.stop();
});

type Fetch = typeof globalThis.fetch;
const deviceWith = (options: Partial<CpmDeviceOptions> = {}) => new CpmDevice({ url: stage.world.url, token: stage.authorization().slice('Bearer '.length), deviceId: phone, ...options });
const upload = (device: CpmDevice, body: Buffer<ArrayBuffer> | Blob = content) => device.upload(body, { contentType: 'image/jpeg', fileName: 'ä.jpg' });

/** A network that lets only the beginnings of bodies through: `upTo` bytes of the n-th, and loses the answer to it. */
function breaking(upTo: readonly number[], calls: string[]): Fetch {
  let bodies = 0;
  return async (input, init) => {
    calls.push(`${init?.method} ${new Headers(init?.headers).get('upload-offset') ?? ''}`.trim());
    const limit = init?.body === undefined ? undefined : upTo[bodies++];
    if (limit === undefined) return fetch(input, init);
    const bytes = Buffer.from(await new Response(init!.body as NonNullable<RequestInit['body']>).arrayBuffer()).subarray(0, limit);
    await (await fetch(input, { ...init!, body: bytes })).arrayBuffer();
    throw new TypeError('fetch failed');
  };
}

it.each([['bytes', content], ['a blob', new Blob([content])]])('uploads %s', async (_, body) => {
  const file = await upload(deviceWith(), body);
  expect(file).toEqual({ id: expect.any(String), size: content.length, sha256, contentType: 'image/jpeg' });
  expect((await stage.content(file.id)).equals(content)).toBe(true);
});

it.each([['bytes', content], ['a blob', new Blob([content])]])('goes on with %s from where the connection broke', async (_, body) => {
  const calls: string[] = [];
  const file = await upload(deviceWith({ fetch: breaking([300_000, 1, 400_000], calls) }), body);
  expect(calls).toEqual(['POST', 'HEAD', 'PATCH 300000', 'HEAD', 'PATCH 300001', 'HEAD', 'PATCH 700001']);
  expect((await stage.content(file.id)).equals(content)).toBe(true);
});

it('gets the file whose answer was lost, and stores it once', async () => {
  const calls: string[] = [];
  const file = await upload(deviceWith({ fetch: breaking([content.length], calls) }));
  expect([file.sha256, calls]).toEqual([sha256, ['POST', 'HEAD', `PATCH ${content.length}`]]);
  expect((await stage.stored())[0]).toBe(1);
});

it('begins anew when the server knows nothing of it', async () => {
  let calls = 0;
  const file = await upload(deviceWith({ fetch: (input, init) => ((calls += 1) === 1 ? Promise.reject(new TypeError('fetch failed')) : fetch(input, init)) }));
  expect([file.sha256, calls]).toEqual([sha256, 3]);
});

it('gives up when nothing gets through for its time', async () => {
  await expect(upload(deviceWith({ retryForMs: 300, fetch: () => Promise.reject(new TypeError('fetch failed')) }))).rejects.toThrow('fetch failed');
});

it('does not repeat what is refused', async () => {
  const calls: string[] = [];
  const infected = Buffer.concat([content, Buffer.from(SIGNATURE)]);
  await expect(upload(deviceWith({ fetch: breaking([], calls) }), infected)).rejects.toMatchObject({ status: 422, kind: 'malware-found' });
  expect(calls).toEqual(['POST']);
});
