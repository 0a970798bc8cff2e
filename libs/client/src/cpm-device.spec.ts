import { ucnRef } from '@cpm/message-tags';
import { requirement } from '@cpm/runtime-decider';
import type { Box } from './box/box.js';
import { CpmDevice } from './cpm-device.js';
import { InMemoryStore } from './store/in-memory-store.js';
import { until } from './testing/box-under-test.js';
import { FakeSockets } from './testing/fake-socket.js';
import { HOST, InMemoryNms, OTHER, USER } from './testing/in-memory-nms.js';

let nms: InMemoryNms;
let sockets: FakeSockets;
let device: CpmDevice;
let box: Box;
beforeEach(async () => {
  nms = new InMemoryNms();
  sockets = new FakeSockets();
  device = new CpmDevice({ url: HOST, token: () => 't', deviceId: 'urn:uuid:1', fetch: nms.fetch as typeof fetch, WebSocket: sockets.WebSocket, retryForMs: 0 });
  box = await device.openBox({ store: new InMemoryStore(), user: USER });
});
afterEach(() => device.close());

const dispositions = () => sockets.said.filter((text) => text.includes('disposition'));

requirement('CPM-MLD-016', () => {
  it.each(['store.changed', 'sync.hint'])('synchronises when the server says %s', async (frame) => {
    await device.connect();
    await until(() => nms.count('subscriptions/') > 0);
    nms.add({ text: 'new' });
    sockets.frame(frame, { lastModSeq: 1 });
    await until(() => box.objects().length === 1);
  });

  it('synchronises after each reconnection, and leaves it while there is none', async () => {
    await device.connect();
    await until(() => nms.count('subscriptions/') > 0);
    sockets.breakOff();
    nms.add({ text: 'new' });
    const asked = nms.requests.length;
    box.wake();
    expect(nms.requests).toHaveLength(asked);
    await until(() => box.objects().length === 1);
  });

  it('gives up what the lost connection does not answer, and asks anew on the next', async () => {
    nms.add({ text: 'new' });
    nms.fault = () => 'silent';
    await device.connect();
    await until(() => nms.requests.length === 1);
    nms.fault = () => undefined;
    sockets.breakOff();
    await until(() => box.objects().length === 1);
  });

  it('has no part in history: a device that joins late reports nothing and alerts nobody', async () => {
    for (let place = 0; place < 20; place += 1) nms.add({ text: `${place}`, requested: ['positive-delivery', 'display'], flags: place % 2 === 0 ? ['\\Seen'] : [] });
    nms.add({ parts: [new Uint8Array([1])], requested: ['positive-delivery', 'display'] });
    const heard: string[] = [];
    device.on('frame', ({ type }) => heard.push(type));
    await device.connect();
    await until(() => box.objects().length === 21);
    await box.sync();
    expect([heard, nms.reports, dispositions()]).toEqual([[], [], []]);
    expect(box.unread).toBe(11);
  });
});

requirement('CPM-MLD-032', () => {
  it('waits for IP after the text that tells of an original, and has the original once IP is there', async () => {
    nms.add({ messageId: 'm1', parts: [new Uint8Array([1, 2])] });
    expect(await device.smsReceived({ from: OTHER, text: `A picture ${ucnRef('m1', USER)}`, at: '2026-03-02T12:00:00Z' })).toBe('ucn');
    expect([nms.requests, box.ucns.length]).toEqual([[], 1]);
    await device.connect();
    await until(() => box.ucns.length === 0 && nms.reports.length === 1);
    expect([box.objects().map(({ messageId }) => messageId), nms.reports, dispositions()]).toEqual([['m1'], ['delivered m1'], []]);
  });

  it('needs a box to keep what the text means', async () => {
    const bare = new CpmDevice({ url: HOST, token: 't', deviceId: 'urn:uuid:2', WebSocket: sockets.WebSocket });
    await expect(bare.smsReceived({ from: OTHER, text: 'hi', at: '2026-03-02T12:00:00Z' })).rejects.toThrow('a box is to be opened first');
  });
});

it('connects once, however often it is told to, and says so when it is over', async () => {
  await Promise.all([device.connect(), device.connect()]);
  await device.connect();
  expect(sockets.opened).toBe(1);
  sockets.breakOff();
  await device.connect();
  expect(sockets.opened).toBe(2);
  device.close();
  await expect(device.connect()).rejects.toThrow('the stream ended');
});

it('comes back with a fresh token when the server closes for the old one, if another can be had; never once its device was removed', async () => {
  let issued = 0;
  const other = new CpmDevice({ url: HOST, token: () => `t${(issued += 1)}`, deviceId: 'urn:uuid:3', WebSocket: sockets.WebSocket });
  await other.connect();
  const opened = sockets.opened;
  sockets.breakOff(4401);
  await until(() => sockets.opened === opened + 1);
  expect(sockets.tokens).toEqual(['t1', 't2']);
  sockets.breakOff(4403);
  await expect(other.connect()).rejects.toThrow('the stream ended: 4403');
  const bound = new CpmDevice({ url: HOST, token: 'same', deviceId: 'urn:uuid:4', WebSocket: sockets.WebSocket });
  await bound.connect();
  sockets.breakOff(4401);
  await expect(bound.connect()).rejects.toThrow('the stream ended: 4401');
});

it('opens a box anew that could not be opened, or was closed', async () => {
  await box.close();
  const store = new InMemoryStore();
  await expect(device.openBox({ store: Object.assign(new InMemoryStore(), { load: () => Promise.reject(new Error('locked')) }), user: USER })).rejects.toThrow('locked');
  const again = await device.openBox({ store, user: USER });
  expect(again).not.toBe(box);
  await device.connect();
  await until(() => nms.count('subscriptions/') > 0);
  nms.add({ text: 'new' });
  await again.sync();
  expect([again.objects().length, box.objects().length]).toEqual([1, 0]);
});

it('tells on the device what the box was refused', async () => {
  const problems: number[] = [];
  device.on('problem', ({ status }) => problems.push(status));
  await box.send({ to: [OTHER], body: 'hi' });
  nms.fault = (_, path) => (path.endsWith('/messages') ? new Response(null, { status: 403 }) : undefined);
  await device.connect();
  await until(() => problems.length > 0);
  expect(problems).toEqual([403]);
});
