import { ContentStore } from '@cpm/runtime-content';
import type { MongoService } from '@cpm/testing-containers';
import { startDatabase } from '../edge-world.fixture.js';
import { UploadStage } from './upload-stage.fixture.js';

const DAY_MS = 86_400_000;
let mongo: MongoService;
let stage: UploadStage;
let contents: ContentStore;

beforeAll(async () => {
  mongo = await startDatabase();
}, 60_000);
afterAll(async () => mongo.stop());
beforeEach(async () => {
  stage = await UploadStage.start(mongo);
  contents = stage.world.app.get(ContentStore);
});
afterEach(async () => stage.world.stop());

const uploaded = async () => ((await (await stage.post('abc')).json()) as { id: string }).id;

it('erases a file that no message has named in its time', async () => {
  const before = Date.now();
  const id = await uploaded();
  const expiresAtMs = (await contents.find(id))!.expiresAtMs;
  expect(expiresAtMs).toBeGreaterThanOrEqual(before + DAY_MS);
  expect(expiresAtMs).toBeLessThanOrEqual(Date.now() + DAY_MS);
  await contents.eraseExpired();
  expect((await stage.download(id)).status).toBe(200);
  await stage.age('files', 'metadata.unusedUntilMs');
  expect((await stage.download(id)).status).toBe(410);
  await Promise.all([contents.eraseExpired(), contents.eraseExpired()]);
  expect(await stage.stored()).toEqual([1, 0, 0]);
  expect((await stage.download(id)).status).toBe(410);
  expect(await contents.markUsed(id, Date.now() + DAY_MS)).toBe(false);
});

it('keeps a file that a message has named, as long as the message asks, and never shorter than before', async () => {
  const id = await uploaded();
  const until = Date.now() + 40 * DAY_MS;
  expect(await contents.markUsed(id, Date.now() + 1_000)).toBe(true);
  expect((await contents.find(id))!.expiresAtMs).toBeGreaterThan(Date.now() + 29 * DAY_MS);
  for (let round = 0; round < 2; round += 1) expect(await contents.markUsed(id, until)).toBe(true);
  expect((await contents.find(id))!.expiresAtMs).toBe(until);
  await stage.age('files', 'metadata.unusedUntilMs');
  await contents.eraseExpired();
  expect(await (await stage.download(id)).text()).toBe('abc');
});

it('knows nothing to keep under an id that never was', async () => expect(await contents.markUsed('nothing', Date.now())).toBe(false));

it('leaves texts of messages alone', async () => {
  const id = await contents.keepText('x'.repeat(300_000), 'text/plain');
  await contents.eraseExpired();
  expect((await contents.find(id))!.expiresAtMs).toBe(Infinity);
  expect(await (await stage.download(id)).text()).toBe('x'.repeat(300_000));
  await contents.remove(id);
  expect(await stage.stored()).toEqual([0, 0, 0]);
});
