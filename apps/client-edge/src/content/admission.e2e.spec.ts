import { randomBytes } from 'node:crypto';
import { parseConfig } from '@cpm/runtime-host';
import type { MongoService } from '@cpm/testing-containers';
import { edgeConfig } from '../edge-config.js';
import { startDatabase } from '../edge-world.fixture.js';
import { FakeClamd, SIGNATURE } from './fake-clamd.fixture.js';
import { problemOf, UploadStage } from './upload-stage.fixture.js';

let mongo: MongoService;
let clamd: FakeClamd;
let stage: UploadStage;

beforeAll(async () => {
  mongo = await startDatabase();
}, 60_000);
afterAll(async () => mongo.stop());
beforeEach(async () => {
  clamd = await FakeClamd.start();
  stage = await startStage();
});
afterEach(async () => {
  await stage.world.stop();
  await clamd.stop();
});

/** A scanner that works gets all the time that a busy machine needs. */
function startStage(environment: Readonly<Record<string, number>> = {}): Promise<UploadStage> {
  return UploadStage.start(mongo, { EDGE_FILE_TYPES: 'image/*, application/pdf', EDGE_CLAMD_URL: clamd.url, ...environment });
}

const clean = randomBytes(600_000);
const infected = Buffer.concat([clean, Buffer.from(SIGNATURE), clean]);

describe('types', () => {
  it.each(['image/png', 'Application/PDF; v=1'])('takes %s', async (type) => expect((await stage.post('abc', { 'content-type': type })).status).toBe(201));

  it.each([{}, { 'upload-id': 'one', 'upload-length': '3' }])('refuses another type and names the header, with %j', async (headers) => {
    const response = await stage.post('abc', { 'content-type': 'application/zip', ...headers });
    expect(response.status).toBe(415);
    expect((await problemOf(response)).errors).toEqual([{ path: 'Content-Type', message: 'must be one of image/*, application/pdf' }]);
    expect(await stage.stored()).toEqual([0, 0, 0]);
  });

  it.each<[string, Record<string, string>]>([
    ['EDGE_FILE_TYPES', { EDGE_FILE_TYPES: 'image' }],
    ['EDGE_FILE_TYPES', { EDGE_FILE_TYPES: 'image/*,' }],
    ['EDGE_FILE_TYPES', { EDGE_FILE_TYPES: '*/png' }],
    ['EDGE_CLAMD_URL', { EDGE_CLAMD_URL: 'http://scanner' }],
  ])('ends the start with the name of %s', (name, environment) => expect(() => parseConfig(edgeConfig, environment)).toThrow(name));
});

describe('malware', () => {
  it('lets a clean file pass, and gives the scanner all of it', async () => {
    const response = await stage.post(clean);
    expect(response.status).toBe(201);
    expect(clamd.scanned[0]!.equals(clean)).toBe(true);
    expect((await stage.content(((await response.json()) as { id: string }).id)).equals(clean)).toBe(true);
    expect((await stage.stored())[2]).toBe(0);
  });

  it('refuses an infected file and keeps nothing', async () => {
    const response = await stage.post(infected);
    expect(response.status).toBe(422);
    expect(await problemOf(response)).toMatchObject({ type: 'urn:problem-type:cpm:malware-found', errors: [{ path: 'body', message: 'contains Test.Signature-1' }] });
    expect(await stage.stored()).toEqual([0, 0, 0]);
  });

  it('finds it also when the file came in parts', async () => {
    expect((await stage.begin('one', infected.subarray(0, clean.length + 5), infected.length)).status).toBe(204);
    expect(clamd.scanned).toEqual([]);
    expect((await stage.patch('one', clean.length + 5, infected.subarray(clean.length + 5))).status).toBe(422);
    expect(await stage.stored()).toEqual([0, 0, 0]);
    expect(await stage.offset('one')).toBeUndefined();
  });

  it('refuses what the scanner does not look at', async () => {
    clamd.sizeLimit = 500_000;
    expect((await stage.post(clean)).status).toBe(413);
    expect((await stage.begin('one', clean, clean.length)).status).toBe(413);
    expect(await stage.stored()).toEqual([0, 0, 0]);
  });

  it.each(['silent', 'hangs-up', 'is-broken'] as const)('keeps nothing and asks to come again when the scanner is %s', async (mood) => {
    clamd.mood = mood;
    await stage.world.stop();
    stage = await startStage({ EDGE_SCAN_TIMEOUT_MS: 300 });
    const response = await stage.post(clean);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await problemOf(response)).type).toMatch(/temporarily-unavailable$/);
    expect(await stage.stored()).toEqual([0, 0, 0]);
  });

  it('lets nobody fetch an upload that could not be scanned, and completes it when the scanner is back', async () => {
    clamd.mood = 'hangs-up';
    expect((await stage.begin('one', clean, clean.length)).status).toBe(503);
    expect([await stage.offset('one'), (await stage.stored())[0]]).toEqual([clean.length, 0]);
    clamd.mood = 'scans';
    const response = await stage.patch('one', clean.length, '');
    expect(response.status).toBe(201);
    expect((await stage.content(((await response.json()) as { id: string }).id)).equals(clean)).toBe(true);
  });
});
