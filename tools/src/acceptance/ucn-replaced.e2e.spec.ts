import { ucnRef } from '@cpm/message-tags';
import { requirement } from '@cpm/runtime-decider';
import type { DemoDevice, Person } from '../demo/demo-device.js';
import { untilMarkerReported } from '../demo/scenario.js';
import { Acceptance, until, type Household } from './acceptance.fixture.js';
import { BoxDevice, type Json } from './box-device.fixture.js';

/** Above the slice of 1 MiB in which the SDK fetches, so that content comes in pieces. */
const BIG = 2_500_000;
const OBTAINED_WITHIN_MS = 5_000;
const asked = ['positive-delivery', 'display'] as const;

let world: Acceptance;
let alice: Household;
let bob: Person;
let registered: DemoDevice;
let phone: BoxDevice;
let tablet: BoxDevice;

beforeAll(async () => {
  world = await Acceptance.start({ 'ucn.includeUrl': true });
  alice = await world.household('Alice');
}, 120_000);
afterAll(() => world.stop(), 60_000);

/** The phone has been in step with its box, and is reached by SMS only now; the tablet is there. */
beforeEach(async () => {
  bob = await world.stage.person('Bob');
  registered = await world.stage.phoneOf(bob);
  const stage = { stage: world.stage, url: world.system.url, pageSize: 1 };
  [phone, tablet] = [await BoxDevice.of(registered, stage), await BoxDevice.of(await world.stage.tabletOf(bob), stage)];
  await phone.box.sync();
  await world.stage.goToSmsOnly(registered);
});
afterEach(() => Promise.all([phone, tablet].map((device) => device.close())));

const pictureOf = (bytes: number) => Uint8Array.from({ length: bytes }, (_, at) => (at * 31) % 251);
const sendPicture = async (bytes = 40_000) => {
  const { id: fileId } = await alice.phone.sdk.upload(pictureOf(bytes), { contentType: 'image/jpeg', fileName: 'beach.jpg' });
  return (await alice.phone.sdk.send({ to: [bob.address], fileId, contentType: 'image/jpeg', dispositionNotification: asked })).id;
};
/** The SMS that tells of a message, once it is in the phone's inbox; the phone is told of it. */
const notified = async (id: string) => {
  const { from, text } = await until(async () => (await world.stage.network.textsTo(bob)).find((sms) => sms.text.includes(ucnRef(id, bob.address))));
  expect(await phone.sms({ from, text, smsId: `sms-${id}` })).toBe('ucn');
  await world.stage.operator.decision(id, { that: 'the notification is delivered', fits: ({ reason }) => reason === 'ucn-delivered' });
  return text;
};
const notes = () => phone.box.ucns.map(({ id, state }) => `${id.replace('sms-', '')} ${state}`);
const shown = () => phone.box.objects().map(({ messageId }) => messageId);
const contentOf = async (id: string) => (await phone.box.read(phone.idOf(id)!)).bytes();
const partsAsked = () => phone.asked('/payload');
const afterEverything = () => untilMarkerReported({ from: alice.phone, to: bob, text: 'That was all.' });

requirement('CPM-MLD-032', () => {
  it('obtains both originals within 5 s of IP being back, after which nothing waits for the phone', async () => {
    const ids = [await sendPicture(), await sendPicture(70_000)];
    for (const id of ids) await notified(id);
    expect([notes(), shown()]).toEqual([ids.map((id) => `${id} waiting`), []]);
    const back = Date.now();
    await phone.sdk.connect();
    await until(() => notes().length === 0 || undefined);
    expect(Date.now() - back).toBeLessThan(OBTAINED_WITHIN_MS);
    expect(shown()).toEqual([...ids].reverse());
    expect([await contentOf(ids[0]!), await contentOf(ids[1]!)]).toEqual([pictureOf(40_000), pictureOf(70_000)]);
    for (const id of ids) {
      const last = await until(async () => {
        const ofPhone = (await world.stage.operator.journey(id)).filter(({ service, device }) => service === 'routing' && device === bob.primary).at(-1);
        return ofPhone?.step === 'delivered' ? ofPhone : undefined;
      });
      expect(last.step).toBe('delivered');
    }
    await afterEverything();
    expect(ids.map((id) => alice.phone.reports(id))).toEqual([['delivered'], ['delivered']]);
  });

  it('goes on from the same cursor when the synchronisation breaks off in the middle, and keeps the notifications meanwhile', async () => {
    await phone.goOnFrom('lost its place');
    const ids = [await sendPicture(), await sendPicture(), await sendPicture()];
    for (const id of ids) await notified(id);
    const before = phone.asked('operations/search').length;
    const pages = () => phone.asked('operations/search').slice(before);
    let isBroken = true;
    // After two pages of three.
    phone.fault = (request) => (isBroken && request.endsWith('operations/search') && pages().length === 2 ? 'unreached' : undefined);
    await phone.sdk.connect();
    await until(() => phone.refused.length >= 2 || undefined);
    expect([notes(), pages().length]).toEqual([ids.map((id) => `${id} waiting`), 2]);
    isBroken = false;
    await until(() => notes().length === 0 || undefined);
    const cursorOf = ({ answer }: { answer: Json }) => (answer['objectList'] as Json)['cursor'] as unknown;
    expect(pages().map(({ body }) => (body['selectionCriteria'] as Json)['fromCursor'] as unknown)).toEqual([undefined, cursorOf(pages()[0]!), cursorOf(pages()[1]!)]);
    expect(shown()).toEqual([...ids].reverse());
  });

  it('sends no notification a second time when IP comes and goes', async () => {
    const ids = [await sendPicture(), await sendPicture()];
    for (const id of ids) await notified(id);
    const pushes = async (id: string) => (await world.stage.operator.journey(id)).filter(({ step }) => step.startsWith('original pushed over IP')).length;
    phone.autoDeliver = false;
    phone.fault = () => 'unreached';
    for (let flaps = 0; flaps < 2; flaps += 1) {
      await phone.restart();
      await phone.goOnline();
      for (const id of ids) await until(async () => (await pushes(id)) > flaps || undefined);
      await phone.goOffline();
    }
    await world.stage.operator.deviceAccess(phone.identity, { that: 'is reached by SMS only', fits: ({ ip, cs, holdUntil }) => ip === 'UNAVAILABLE' && cs === 'AVAILABLE' && holdUntil === undefined });
    await afterEverything();
    const texts = await world.stage.network.textsTo(bob);
    expect([texts.length, texts.at(-1)?.text, texts.filter(({ text }) => ids.some((id) => text.includes(ucnRef(id, bob.address)))).length]).toEqual([3, 'That was all.', 2]);
    expect(notes()).toEqual(ids.map((id) => `${id} waiting`));
  });
});

requirement('CPM-MLD-034', () => {
  it('has the picture in the place of its notification once all of it is there, at its own date; what fails on the way is tried again', async () => {
    const id = await sendPicture(BIG);
    await notified(id);
    await tablet.goOnline();
    const later = (await alice.phone.sdk.send({ to: [bob.address], body: 'Did you get it?' })).id;
    await tablet.has(later);
    let isBroken = true;
    phone.fault = (request, range) => (isBroken && request.includes('/payload') && range?.startsWith('bytes=2') ? 'unreached' : undefined);
    await phone.sdk.connect();
    await until(() => phone.refused.length >= 2 || undefined);
    expect([notes(), shown()]).toEqual([[`${id} waiting`], [later]]);
    isBroken = false;
    await until(() => notes().length === 0 || undefined);
    expect(shown()).toEqual([later, id]);
    expect(phone.box.object(phone.idOf(id)!)?.date).toBe(tablet.box.object(tablet.idOf(id)!)?.date);
    expect(Buffer.from(await contentOf(id)).equals(pictureOf(BIG))).toBe(true);
    expect(partsAsked().map(({ range }) => range)).toEqual(['bytes=0-1048575', 'bytes=1048576-2097151', 'bytes=2097152-2499999']);
  });

  it.each<readonly [string, (id: string) => Promise<unknown>]>([
    ['its sender took it back', (id) => alice.phone.sdk.revoke(id)],
    ['it was removed on the tablet', async (id) => {
      await tablet.box.remove(await tablet.has(id));
      await tablet.box.sync();
    }],
  ])('says that the original is not to be had any more when %s', async (why, act) => {
    // What is delivered cannot be taken back, and a notification that arrives is delivery.
    if (why.startsWith('its sender')) world.system.smsc!.configure({ to: bob.number, receiptCopies: 0 });
    const id = await sendPicture();
    const { from, text } = await until(async () => (await world.stage.network.textsTo(bob))[0]);
    await phone.sms({ from, text, smsId: `sms-${id}` });
    await until(async () => (await world.storeOf(tablet.sdk, bob.address)).length === 1 || undefined);
    await act(id);
    await until(async () => (await world.storeOf(tablet.sdk, bob.address)).length === 0 || undefined);
    await phone.sdk.connect();
    await until(() => notes()[0] === `${id} unavailable` || undefined);
    expect([notes().length, shown(), partsAsked()]).toEqual([1, [], []]);
    await phone.box.removeUcn(`sms-${id}`);
    expect(notes()).toEqual([]);
  });

  it('obtains the original although the user removed the notification first', async () => {
    const id = await sendPicture();
    await notified(id);
    await phone.box.removeUcn(`sms-${id}`);
    expect([notes(), shown()]).toEqual([[], []]);
    await phone.sdk.connect();
    await until(() => partsAsked().length === 1 || undefined);
    await until(() => shown().includes(id) || undefined);
    expect([notes(), await contentOf(id)]).toEqual([[], pictureOf(40_000)]);
    expect(partsAsked().length).toBe(1);
  });

  it('discards the notification of what was fetched by its link in a browser, and takes nothing as displayed', async () => {
    const id = await sendPicture();
    const url = /http\S+\/u\/[\w-]{22}/.exec(await notified(id))![0];
    const page = await (await fetch(url, { method: 'POST' })).text();
    const content = await fetch(new URL(/src="([^"]+)"/.exec(page)![1]!, url));
    expect(await content.bytes()).toEqual(pictureOf(40_000));
    await until(async () => (await world.storeOf(tablet.sdk, bob.address))[0]?.flags.flag.includes('$UCN-Obtained') || undefined);
    expect(notes()).toEqual([`${id} waiting`]);
    await phone.sdk.connect();
    await until(() => notes().length === 0 || undefined);
    expect([shown(), phone.box.unread, partsAsked()]).toEqual([[id], 1, []]);
    await afterEverything();
    expect(alice.phone.reports(id)).toEqual(['delivered']);
    await phone.box.markRead(phone.idOf(id)!);
    await alice.phone.reported(id, 'displayed');
  });

  it('shows a text once that came as SMS as well: "OK" twice is two, and one that was never a message stays an SMS', async () => {
    const ids: string[] = [];
    for (let count = 1; count <= 2; count += 1) {
      ids.push(await alice.phone.send({ to: bob, body: 'OK', asksFor: ['positive-delivery'] }));
      const { from, text } = await until(async () => (await world.stage.network.textsTo(bob))[count - 1]);
      expect(await phone.sms({ from, text, smsId: `sms-${count}` })).toBe('sms');
      await alice.phone.reported(ids.at(-1)!, 'delivered');
    }
    await phone.sdk.connect();
    await until(() => shown().length === 2 || undefined);
    await until(() => (phone.box.isCopy('sms-1') && phone.box.isCopy('sms-2')) || undefined);
    expect(phone.box.objects().map(({ messageId, text }) => [messageId, text])).toEqual([...ids].reverse().map((id) => [id, 'OK']));
    expect(await phone.sms({ from: alice.person.number, text: 'OK', smsId: 'sms-3' })).toBe('sms');
    expect(await phone.sms({ from: alice.person.number, text: 'OK', smsId: 'sms-2' })).toBe('copy');
    await afterEverything();
    expect([1, 2, 3].map((count) => phone.box.isCopy(`sms-${count}`))).toEqual([true, true, false]);
    expect(ids.map((id) => alice.phone.reports(id))).toEqual([['delivered'], ['delivered']]);
  });
});
