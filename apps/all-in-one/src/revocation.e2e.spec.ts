import { BoundaryStage, deviceId, until } from './boundary-stage.fixture.js';

const users = ['tel:+4915110000001', 'tel:+4915110000002', 'tel:+4915110000003'] as const;
const [phone, tablet] = [deviceId(1), deviceId(2)] as const;
const LIMIT_MS = 5_000;

let stage: BoundaryStage;
let operator: string;
beforeAll(async () => {
  stage = await BoundaryStage.start(2);
  operator = await stage.identity.token({ scope: 'operator' });
}, 240_000);
afterAll(() => stage.stop(), 60_000);

const box = (user: string) => `/nms/v1/main/${encodeURIComponent(user)}/objects/operations/search`;

/** One call to each service that devices talk to, at each replica. */
async function statuses(user: string, token: string): Promise<string[]> {
  const calls = [['GET', '/cpm/v1/devices'], ['GET', '/cpm/v1/preferences'], ['GET', '/cpm/v1/files/unknown'], ['POST', box(user), { selectionCriteria: { maxEntries: 1 } }]] as const;
  const answers = [0, 1].flatMap((replica) => calls.map(async ([method, path, body]) => String((await stage.call(method, path, { token, body, replica })).status)));
  return Promise.all(answers);
}

it.each([
  ['his device', users[0], (user: string) => stage.deviceToken(user, phone).then((token) => stage.call('DELETE', `/cpm/v1/devices/${tablet}`, { token })), [tablet]],
  ['the subscriber', users[1], (user: string) => stage.call('DELETE', `/admin/v1/subscribers/${encodeURIComponent(user)}`, { token: operator }), [phone, tablet]],
  ['all that is kept of him', users[2], (user: string) => stage.call('POST', `/admin/v1/subscribers/${encodeURIComponent(user)}/erasure`, { token: operator }), [phone, tablet]],
] as const)('who removes %s ends its streams at every replica, and its tokens at every service, within 5 s', async (what, user, remove, removed) => {
  await stage.provision(user, phone, tablet);
  const tokens = new Map(await Promise.all([phone, tablet].map(async (device) => [device, await stage.deviceToken(user, device)] as const)));
  await stage.open(tokens.get(phone) ?? '', 0);
  // The other replica than the one that is told of the removal.
  const live = await stage.open(tokens.get(tablet) ?? '', 1);
  for (const device of removed) expect(await statuses(user, tokens.get(device) ?? '')).toEqual(['200', '200', '404', '200', '200', '200', '404', '200']);
  // A token names whole seconds; this one is of an earlier one.
  const issued = Math.floor(Date.now() / 1_000);
  await until(() => Math.floor(Date.now() / 1_000) > issued);

  const begun = performance.now();
  expect((await remove(user)).status).toBeLessThan(300);
  const refused = Promise.all(removed.map(async (device) => {
    await until(async () => (await statuses(user, tokens.get(device) ?? '')).every((status) => status === '403'));
    return performance.now() - begun;
  }));
  const { code, atMs } = await live.closed;
  const refusedMs = Math.max(...(await refused));
  console.log(`${what}: stream at the other replica closed with ${code} after ${Math.round(atMs - begun)} ms, tokens refused by all services of both replicas after ${Math.round(refusedMs)} ms`);
  expect(code).toBe(4403);
  expect(Math.max(atMs - begun, refusedMs)).toBeLessThan(LIMIT_MS);
  if (what === 'his device') expect(await statuses(user, tokens.get(phone) ?? '')).toEqual(['200', '200', '404', '200', '200', '200', '404', '200']);
  expect((await stage.call('PUT', `/cpm/v1/devices/${tablet}`, { token: tokens.get(tablet), body: { name: 'Back again' }, replica: 1 })).status).toBe(403);
}, 120_000);

it('lets a removed device in again with a token that was issued since', async () => {
  const token = await stage.deviceToken(users[0], tablet);
  expect((await stage.call('PUT', `/cpm/v1/devices/${tablet}`, { token, body: { name: 'Back again' } })).status).toBe(201);
  await stage.open(token, 1);
});
