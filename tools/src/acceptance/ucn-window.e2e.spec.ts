import { UCN_REF, ucnRef } from '@cpm/message-tags';
import { requirement } from '@cpm/runtime-decider';
import type { DemoDevice, Person } from '../demo/demo-device.js';
import { untilMarkerReported } from '../demo/scenario.js';
import { Acceptance, attribute, until, type Household } from './acceptance.fixture.js';
import { BoxDevice } from './box-device.fixture.js';

const WINDOW_SEC = 5;
const BYTES = 20_000;

let world: Acceptance;
let alice: Household;
let bob: Person;
let registered: DemoDevice;
let phone: BoxDevice;
let tablet: BoxDevice;

beforeAll(async () => {
  world = await Acceptance.start({ 'ucn.aggregateWindowSec': WINDOW_SEC });
  alice = await world.household('Alice');
}, 120_000);
afterAll(() => world.stop(), 60_000);

/** The phone has been in step with its box, and is reached by SMS only now; the tablet is away. */
beforeEach(async () => {
  bob = await world.stage.person('Bob');
  registered = await world.stage.phoneOf(bob);
  const stage = { stage: world.stage, url: world.system.url };
  [phone, tablet] = [await BoxDevice.of(registered, stage), await BoxDevice.of(await world.stage.tabletOf(bob), stage)];
  await phone.box.sync();
  await world.stage.goToSmsOnly(registered);
});
afterEach(() => Promise.all([phone, tablet].map((device) => device.close())));

const pictureOf = (number: number) => Uint8Array.from({ length: BYTES }, (_, at) => (at * 31 + number) % 251);
const upload = async (number: number) => (await alice.phone.sdk.upload(pictureOf(number), { contentType: 'image/jpeg', fileName: `${number}.jpg` })).id;
const send = async (fileId: string) => (await alice.phone.sdk.send({ to: [bob.address], fileId, contentType: 'image/jpeg', dispositionNotification: ['positive-delivery', 'display'] })).id;
/** So many pictures at once; their ids in no order. */
const album = async (count: number) => {
  const files = await Promise.all(Array.from({ length: count }, (_, number) => upload(number)));
  return Promise.all(files.map(send));
};
const textsOf = () => world.stage.network.textsTo(bob);
const texts = (count: number) => until(async () => {
  const all = await textsOf();
  return all.length >= count ? all : undefined;
});
const refOf = (text: string) => UCN_REF.exec(text)?.[0] ?? '';
const shown = () => phone.box.objects().map(({ messageId }) => messageId).sort();
const afterEverything = () => untilMarkerReported({ from: alice.phone, to: bob, text: 'That was all.' });

requirement('CPM-MLD-029', () => {
  it('tells of ten pictures by two short messages; each counts as delivered, once', async () => {
    const ids = await album(10);
    const [first, summary] = await texts(2);
    expect(ids.map((id) => ucnRef(id, bob.address))).toContain(refOf(first!.text));
    expect(summary!.text).toMatch(/^9 more images from \+\d+ wait for you \(#\+\w{6}\)\./);
    for (const id of ids) await alice.phone.reported(id, 'delivered');
    await afterEverything();
    expect((await textsOf()).map(({ text }) => text)).toEqual([first!.text, summary!.text, 'That was all.']);
    expect(ids.map((id) => alice.phone.reports(id))).toEqual(ids.map(() => ['delivered']));
  });

  it('does not tell of what the phone can get before the window ends', async () => {
    const ids = await album(3);
    const [first] = await texts(1);
    const waiting = ids.filter((id) => ucnRef(id, bob.address) !== refOf(first!.text));
    await phone.goOnline();
    for (const id of waiting) await world.stage.operator.decision(id, { that: 'its notification is cancelled', fits: ({ step }) => step === 'cancelled' });
    await phone.goOffline();
    await world.stage.operator.deviceAccess(phone.identity, { that: 'is reached by SMS only', fits: ({ ip, cs, holdUntil }) => ip === 'UNAVAILABLE' && cs === 'AVAILABLE' && holdUntil === undefined });
    // Whether or not the window is open: it leaves alone, and after whatever else the window would have brought.
    const [later] = await album(1);
    expect(await texts(2)).toEqual([first, expect.objectContaining({ text: expect.stringContaining(ucnRef(later!, bob.address)) })]);
  });
});

requirement('CPM-MLD-034', () => {
  it('puts all ten pictures in the place of both notifications; no other device ever has one of these', async () => {
    const ids = await album(10);
    for (const [at, { from, text }] of (await texts(2)).entries()) expect(await phone.sms({ from, text, smsId: `sms-${at}` })).toBe('ucn');
    for (const id of ids) await alice.phone.reported(id, 'delivered');
    expect([phone.box.ucns.length, shown()]).toEqual([2, []]);
    await phone.sdk.connect();
    await until(() => phone.box.ucns.length === 0 || undefined);
    expect([shown(), phone.box.isCopy('sms-0'), phone.box.isCopy('sms-1'), phone.problems]).toEqual([[...ids].sort(), true, true, []]);
    for (const object of phone.box.objects()) expect((await phone.box.read(object.id)).size).toBe(BYTES);

    const stored = await world.storeOf(tablet.sdk, bob.address);
    expect(stored.map(({ correlationId }) => correlationId).sort()).toEqual([...ids].sort());
    const named = stored.filter((object) => attribute(object, 'X-UCN-Summary').length > 0);
    expect([named.length, new Set(named.flatMap((object) => attribute(object, 'X-UCN-Summary'))).size]).toEqual([9, 1]);
    await tablet.goOnline();
    await until(() => tablet.box.objects().length === 10 || undefined);
    expect([tablet.box.unread, tablet.box.ucns]).toEqual([10, []]);
    await afterEverything();
    expect(ids.map((id) => alice.phone.reports(id))).toEqual(ids.map(() => ['delivered']));
  });
});
