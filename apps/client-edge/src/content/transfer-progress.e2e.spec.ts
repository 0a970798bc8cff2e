import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { ReportFileProgress } from '@cpm/contracts-routing';
import type { MongoService } from '@cpm/testing-containers';
import { startDatabase, until } from '../edge-world.fixture.js';
import { alice, phone, problemOf, UploadStage } from './upload-stage.fixture.js';

/** More than the kernel's buffers of both ends take. */
const content = randomBytes(32 * 2 ** 20);
const LAST = content.length - 1;
let mongo: MongoService;
let stage: UploadStage;
/** Of the one file that all tests fetch. */
let id: string;
let toldBefore = 0;

const toldEver = () => stage.world.published('routing', ReportFileProgress).map(({ data }) => data);
const told = () => toldEver().slice(toldBefore);

beforeAll(async () => {
  mongo = await startDatabase();
  stage = await UploadStage.start(mongo);
  id = ((await (await stage.post(content)).json()) as { id: string }).id;
}, 60_000);
afterAll(async () => {
  await stage.world.stop();
  await mongo.stop();
});
beforeEach(() => {
  toldBefore = toldEver().length;
});

/** How requests ended. */
const reports = () => told().filter(({ progress }) => progress !== 'started');
const fetched = async (query: string, headers: Record<string, string> = {}) => {
  const response = await stage.download(id, headers, query);
  await response.arrayBuffer();
  return response.status;
};
const report = (transferId: string, progress: string) => ({ user: alice, device: phone, transferId, progress, fetch: expect.any(String), at: expect.any(Number) });

/** Reads the beginning of the answer and goes. */
function breakOff(query: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${stage.world.url}/cpm/v1/files/${id}${query}`, { headers: { authorization: stage.authorization() } }, (response) => {
      response.once('data', () => {
        request.destroy();
        resolve();
      });
    });
    request.on('error', reject);
    request.end();
  });
}

it('reports a file as completed when its last byte has left', async () => {
  const before = Date.now();
  expect(await fetched('?transfer=t.1~:@%2B=-_')).toBe(200);
  await until(() => reports().length > 0);
  expect(reports()).toEqual([report('t.1~:@+=-_', 'completed')]);
  expect(reports()[0]!['at']).toBeGreaterThanOrEqual(before);
});

it('reports a file as completed by the range that ends it, and nothing for the others', async () => {
  expect(await fetched('?transfer=a', { range: 'bytes=0-9' })).toBe(206);
  expect(await fetched('?transfer=b', { range: `bytes=10-${LAST - 1}` })).toBe(206);
  expect(await fetched('?transfer=c', { range: `bytes=${LAST}-` })).toBe(206);
  await until(() => reports().length > 0);
  expect(reports()).toEqual([report('c', 'completed')]);
});

it('reports the beginning of each request, under the name by which its end is told', async () => {
  await breakOff('?transfer=t');
  await until(() => reports().length > 0);
  await fetched('?transfer=t', { range: 'bytes=1000-' });
  await until(() => reports().length > 1);
  const [first, , second] = told();
  expect(told().map(({ progress, fetch: request }) => [progress, request])).toEqual([['started', first!['fetch']], ['interrupted', first!['fetch']], ['started', second!['fetch']], ['completed', second!['fetch']]]);
  expect(first!['fetch']).not.toBe(second!['fetch']);
});

it('reports a connection that broke as interrupted, then the rest as completed', async () => {
  await breakOff('?transfer=t');
  await until(() => reports().length > 0);
  expect(reports()).toEqual([report('t', 'interrupted')]);
  await fetched('?transfer=t', { range: 'bytes=1000-' });
  await until(() => reports().length > 1);
  expect(reports().slice(1)).toEqual([report('t', 'completed')]);
});

it('reports nothing without a transfer, for HEAD, and for what is not answered with the file', async () => {
  expect(await fetched('')).toBe(200);
  const head = await fetch(`${stage.world.url}/cpm/v1/files/${id}?transfer=h`, { method: 'HEAD', headers: { authorization: stage.authorization() } });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(LAST + 1)]);
  expect(await fetched('?transfer=r', { range: `bytes=${LAST + 1}-` })).toBe(416);
  expect((await stage.download('nothing', {}, '?transfer=n')).status).toBe(404);
  // What comes last is reported alone, so nothing was reported before.
  await fetched('?transfer=last', { range: 'bytes=-1' });
  await until(() => reports().length > 0);
  expect(reports()).toEqual([report('last', 'completed')]);
});

it('gives the file although the report cannot be kept', async () => {
  const { publishing } = stage.world;
  stage.world.publishing = () => Promise.reject(new Error('no leader'));
  expect(await fetched('?transfer=t')).toBe(200);
  expect(await fetched('')).toBe(200);
  expect(reports()).toEqual([]);
  stage.world.publishing = publishing;
});

it.each(['', 'a b', 'a/b', 'x'.repeat(129)])('refuses the transfer %j by name', async (transfer) => {
  const response = await stage.download(id, {}, `?transfer=${encodeURIComponent(transfer)}`);
  expect([response.status, (await problemOf(response)).errors?.map(({ path }) => path)]).toEqual([400, ['transfer']]);
});
