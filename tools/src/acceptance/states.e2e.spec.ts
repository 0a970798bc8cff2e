import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { requirement } from '@cpm/runtime-decider';
import { untilMarkerReported } from '../demo/scenario.js';
import type { Person } from '../demo/demo-device.js';
import { Acceptance, until, type Household } from './acceptance.fixture.js';
import { BoxDevice, type Json } from './box-device.fixture.js';

let world: Acceptance;
let alice: Household;
let bob: Person;
let phone: BoxDevice;
let tablet: BoxDevice;

beforeAll(async () => {
  world = await Acceptance.start();
  alice = await world.household('Alice');
}, 120_000);
afterAll(() => world.stop(), 60_000);

beforeEach(async () => {
  bob = await world.stage.person('Bob');
  const stage = { stage: world.stage, url: world.system.url };
  [phone, tablet] = [await BoxDevice.of(await world.stage.phoneOf(bob), stage), await BoxDevice.of(await world.stage.tabletOf(bob), stage)];
  for (const device of [phone, tablet]) {
    await device.goOnline();
    await device.box.sync();
  }
});
afterEach(async () => {
  for (const device of [phone, tablet]) await device.close();
  expect([phone, tablet].flatMap(({ problems }) => problems)).toEqual([]);
});

const send = async (body: string, ...asksFor: readonly ('positive-delivery' | 'display')[]) => alice.phone.send({ to: bob, body, asksFor });
/** On both of Bob's devices. */
const arrived = async (...ids: readonly string[]) => {
  for (const device of [phone, tablet]) for (const id of ids) await device.has(id);
};

requirement('CPM-MLD-017', () => {
  it('clears the badge of the phone in one event when the tablet reads; the phone reports no second time', async () => {
    const id = await send('Dinner?', 'positive-delivery', 'display');
    await arrived(id);
    const badge = [phone.box.unread];
    phone.box.on('changed', () => badge.at(-1) === phone.box.unread || badge.push(phone.box.unread));
    await tablet.box.markRead(tablet.idOf(id)!);
    await until(() => phone.flagsOf(id)?.includes('\\read-report-sent') || undefined);
    expect(badge).toEqual([1, 0]);
    await phone.box.markRead(phone.idOf(id)!);
    await phone.box.markUnread(phone.idOf(id)!);
    await phone.box.markRead(phone.idOf(id)!);
    await phone.box.sync();
    await untilMarkerReported({ from: alice.phone, to: bob, text: 'That was all.' });
    expect(alice.phone.reports(id)).toEqual(['delivered', 'displayed']);
    expect(phone.asked('dispositions')).toEqual([]);
  });

  it('removes everywhere what the phone removed without IP while the tablet flagged it', async () => {
    const id = await send('Old news');
    await arrived(id);
    await phone.goOffline();
    await phone.box.remove(phone.idOf(id)!);
    await tablet.box.flag(tablet.idOf(id)!, '\\Flagged');
    await tablet.box.sync();
    expect([phone.idOf(id), tablet.flagsOf(id)]).toEqual([undefined, ['\\Flagged']]);
    await phone.goOnline();
    await phone.box.sync();
    await until(() => tablet.idOf(id) === undefined || undefined);
    expect([phone.idOf(id), await world.storeOf(tablet.sdk, bob.address)]).toEqual([undefined, []]);
  });

  it('keeps the flags that two devices set at the same time', async () => {
    const id = await send('Both of us');
    await arrived(id);
    for (const device of [phone, tablet]) await device.goOffline();
    await phone.box.flag(phone.idOf(id)!, '\\Flagged');
    await phone.box.markRead(phone.idOf(id)!);
    await tablet.box.flag(tablet.idOf(id)!, '\\Answered');
    await tablet.box.flag(tablet.idOf(id)!, '$Forwarded');
    await Promise.all([phone, tablet].map((device) => device.goOnline()));
    const all = ['$Forwarded', '\\Answered', '\\Flagged', '\\Seen'];
    for (const device of [phone, tablet]) await until(() => device.flagsOf(id)?.join() === all.join() || undefined);
  });

  it('shows on the other devices of the sender what became of a message', async () => {
    const sent = await tablet.sdk.send({ to: [alice.person.address], body: 'Did you see?', dispositionNotification: ['positive-delivery', 'display'] });
    await phone.has(sent.id);
    await alice.phone.received(sent.id);
    await alice.phone.report(sent.id, 'displayed');
    const stateOf = () => {
      const { attributes } = phone.box.object(phone.idOf(sent.id)!)!;
      return [attributes['X-CPM-Delivered']?.[0], attributes['X-CPM-Displayed']?.[0]].join(', ');
    };
    await until(() => stateOf() === '1 of 1, 1 of 1' || undefined);
  });
});

requirement('CPM-MLD-017', () => {
  let server: Server;
  let url: string;
  let answer: number;
  const lists: Json[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        const { notificationList } = JSON.parse(Buffer.concat(chunks).toString()) as { notificationList: readonly { nmsEventList: Json }[] };
        lists.push(...notificationList.map(({ nmsEventList }) => ({ ...nmsEventList, taken: answer === 204 })));
        response.writeHead(answer).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/changes`;
  });
  afterAll(() => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  }));

  it('tells a subscriber by its notifyURL of each change, in lists that are numbered without a gap, also after it was not there', async () => {
    answer = 204;
    const body = { nmsSubscription: { callbackReference: { notifyURL: url, callbackData: 'mine' }, clientCorrelator: 'mine' } };
    const { nmsSubscription } = await tablet.sdk.call<{ nmsSubscription: { index: number; resourceURL: string } }>({ method: 'POST', path: `/nms/v1/main/${encodeURIComponent(bob.address)}/subscriptions`, body });
    const eventsTaken = () => lists.filter(({ taken }) => taken as boolean).flatMap(({ nmsEvent }) => nmsEvent as Json[]);
    const about = (id: string) => eventsTaken().filter(({ changedObject }) => (changedObject as Json | undefined)?.['correlationId'] === id).map(({ changedObject }) => ((changedObject as Json)['flags'] as Json)['flag'] as unknown);
    const first = await send('one');
    await until(() => about(first).length > 0 || undefined);
    answer = 503;
    const second = await send('two');
    await until(() => lists.some(({ taken }) => taken === false) || undefined);
    answer = 204;
    await until(() => about(second).length > 0 || undefined);
    await arrived(first);
    await phone.box.flag(phone.idOf(first)!, '\\Flagged');
    await phone.box.remove(phone.idOf(second)!);
    await until(() => eventsTaken().some(({ deletedObject }) => (deletedObject as Json | undefined)?.['correlationId'] === second) || undefined);
    await until(() => about(first).some((flags) => JSON.stringify(flags) === '["\\\\Flagged"]') || undefined);
    const taken = lists.filter((list) => list['taken'] as boolean);
    expect(taken.map(({ index }) => index as number)).toEqual(taken.map((_, at) => nmsSubscription.index + at));
    // What was not taken came again under the same number.
    expect(lists.filter((list) => !(list['taken'] as boolean)).every(({ index }) => taken.some((list) => list['index'] === index))).toBe(true);
    expect(new Set(lists.map(({ callbackData }) => callbackData as string))).toEqual(new Set(['mine']));
    const order = eventsTaken().map((event) => Object.values(event as Record<string, { lastModSeq: number }>)[0]!.lastModSeq);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(new Set(lists.map(({ link }) => (link as Json[])[0]?.['href'] as string))).toEqual(new Set([nmsSubscription.resourceURL]));
  });
});
