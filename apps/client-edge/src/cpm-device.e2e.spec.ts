import { ReportDisposition, OfferMessage } from '@cpm/contracts-routing';
import { CpmDevice, CpmProblem, StreamEndedError, type CpmDeviceOptions, type StreamState } from '@cpm/client';
import { AccessObserved } from '@cpm/contracts-access-awareness';
import type { MongoService } from '@cpm/testing-containers';
import { address, device, EdgeWorld, startDatabase, until } from './edge-world.fixture.js';
import { Cursors } from './stream/cursors.js';
import { LiveConnections } from './stream/live-connections.js';

const bob = address(2);
const phone = device(1);
let mongo: MongoService;
let world: EdgeWorld;
const devices: CpmDevice[] = [];

beforeAll(async () => {
  mongo = await startDatabase();
}, 60_000);
afterAll(async () => mongo.stop());
beforeEach(async () => {
  world = await EdgeWorld.start(mongo);
  await world.register(bob, phone);
});
afterEach(async () => {
  for (const one of devices.splice(0)) one.close();
  await world.stop();
});

function deviceWith(options: Partial<CpmDeviceOptions> = {}): CpmDevice {
  const created = new CpmDevice({ url: world.url, token: () => world.token({ user: bob, device: phone }), deviceId: phone, ackDelayMs: 0, ...options });
  devices.push(created);
  return created;
}

const reports = () => world.published('routing', ReportDisposition).map(({ data }) => data['messageId']);
const message = (id: string) => ({ id, from: address(1), to: [bob], contentType: 'text/plain', body: 'hi' });
const cutOff = () => world.app.get(LiveConnections)['byDevice'].forEach((connection) => connection.terminate());

it('gets each message once, reports it delivered and confirms it', async () => {
  const one = deviceWith();
  const got: string[] = [];
  one.on('message.received', ({ data }) => got.push(data.id));
  await one.connect();
  await world.push(bob, [phone], 'm1', message('m1'));
  await world.push(bob, [phone], 'again', message('m1'));
  await world.push(bob, [phone], 'm2', message('m2'));
  await until(() => got.length === 2 && reports().includes('m2'));
  expect(got).toEqual(['m1', 'm2']);
  expect(new Set(reports())).toEqual(new Set(['m1', 'm2']));
  await until(async () => (await world.app.get(Cursors).claim({ id: 'x', user: bob, device: phone })) === 3);
});

it('comes back after a break and misses nothing', async () => {
  const urls: string[] = [];
  class Recording extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      urls.push(url);
    }
  }
  const one = deviceWith({ WebSocket: Recording });
  const got: string[] = [];
  const states: StreamState[] = [];
  one.on('message.received', ({ data }) => got.push(data.id));
  one.on('state', (state) => states.push(state));
  await one.connect();
  await world.push(bob, [phone], 'm1', message('m1'));
  await until(() => got.length === 1);
  cutOff();
  await world.push(bob, [phone], 'm2', message('m2'));
  await until(() => got.length === 2);
  expect(got).toEqual(['m1', 'm2']);
  expect(urls.map((url) => new URL(url).search)).toEqual(['', '?since=1']);
  expect(states).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open']);
});

it('repeats a report that the server did not keep before the break', async () => {
  const one = deviceWith();
  await one.connect();
  const { promise, resolve } = Promise.withResolvers<void>();
  let hasAsked = false;
  // The log loses what it is given first.
  world.publishing = (records) => {
    if (!records.some(({ topic }) => topic.includes('routing'))) return world.log.publish(records);
    hasAsked = true;
    return promise;
  };
  try {
    await world.push(bob, [phone], 'm1', message('m1'));
    await until(() => hasAsked);
    cutOff();
  } finally {
    world.publishing = (records) => world.log.publish(records);
    resolve();
  }
  await until(() => reports().includes('m1'));
});

it('says again what the server says it could not keep', async () => {
  const one = deviceWith();
  await one.connect();
  world.publishing = (records) => (records.some(({ topic }) => topic.includes('routing')) ? Promise.reject(new Error('no leader')) : world.log.publish(records));
  const problem = new Promise<CpmProblem>((resolve) => one.on('problem', resolve));
  await world.push(bob, [phone], 'm1', message('m1'));
  expect((await problem).status).toBe(503);
  world.publishing = (records) => world.log.publish(records);
  await until(() => reports().includes('m1'));
});

it('starts after what it confirmed when it is started anew', async () => {
  const first = deviceWith();
  await first.connect();
  const received = first.next('message.received');
  await world.push(bob, [phone], 'm1', message('m1'));
  await received;
  await until(async () => (await world.app.get(Cursors).claim({ id: 'x', user: bob, device: phone })) === 1);
  first.close();
  await world.push(bob, [phone], 'm2', message('m2'));
  const second = deviceWith();
  const next = second.next('message.received');
  await second.connect();
  expect((await next).data.id).toBe('m2');
});

it('is told when it is not let in, and does not try again', async () => {
  const one = deviceWith({ token: await world.token({ user: bob, device: device(9) }) });
  const refusal = await one.connect().catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(StreamEndedError);
  expect((refusal as StreamEndedError).code).toBe(4403);
  const late = deviceWith({ token: await world.token({ user: bob, device: phone, expiresInSec: -1 }) });
  await expect(late.connect()).rejects.toMatchObject({ code: 4401 });
});

it('gets another token when one is refused', async () => {
  let asked = 0;
  const one = deviceWith({ token: () => world.token({ user: bob, device: phone, expiresInSec: (asked += 1) === 1 ? -1 : 60 }) });
  await one.connect();
  expect(asked).toBe(2);
});

it('gives way to another connection of the same device', async () => {
  const one = deviceWith();
  await one.connect();
  const ended = new Promise<void>((resolve) => one.on('state', (state) => state === 'ended' && resolve()));
  await deviceWith().connect();
  await ended;
});

it('sends a message until the server has it, once', async () => {
  let attempts = 0;
  world.publishing = (records) => ((attempts += 1) < 3 ? Promise.reject(new Error('no leader')) : world.log.publish(records));
  const one = deviceWith();
  const accepted = await one.send({ id: 'm1', to: [address(1)], body: 'hi', dispositionNotification: ['display'] });
  expect(accepted.id).toBe('m1');
  expect(world.published('routing', OfferMessage)).toHaveLength(1);
  await expect(one.send({ id: 'm1', to: [address(1)], body: 'other' })).rejects.toMatchObject({ status: 409, kind: 'id-reused' });
}, 15_000);

it('tells what is wrong with a message', async () => {
  const refusal = await deviceWith().send({ to: ['nobody'], body: 'hi' }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(CpmProblem);
  expect((refusal as CpmProblem).errors).toEqual([{ path: 'to[0]', message: expect.any(String) }]);
});

it('uploads and downloads files', async () => {
  const one = deviceWith();
  const { id } = await one.upload(new TextEncoder().encode('0123456789'), { contentType: 'text/plain', fileName: 'a b.txt' });
  expect(await (await one.download(id, { first: 2, last: 4 })).text()).toBe('234');
  expect(await (await one.download(`/cpm/v1/files/${id}`)).text()).toBe('0123456789');
});

it('leaves when it is closed', async () => {
  const one = deviceWith();
  await one.connect();
  one.close();
  await until(() => world.published('access-awareness', AccessObserved).at(-1)?.data['state'] === 'UNAVAILABLE');
  expect(one.state).toBe('ended');
});
