import { requirement } from '@cpm/runtime-decider';
import type { DemoDevice, Person } from '../demo/demo-device.js';
import { Acceptance, until, type Household } from './acceptance.fixture.js';
import { BoxDevice, type Json } from './box-device.fixture.js';

const MESSAGES = 500;
const AT_ONCE = 10;
const ASKED_EVERY = 25;
const asked = ['positive-delivery', 'display'] as const;
const picture = new Uint8Array(20_000);

let world: Acceptance;
let alice: Household;
const devices: BoxDevice[] = [];

beforeAll(async () => {
  world = await Acceptance.start({ 'session.inviteTtlSec': 15 });
  alice = await world.household('Alice');
}, 120_000);
afterAll(async () => {
  await Promise.all(devices.map((device) => device.close()));
  await world.stop();
}, 60_000);

async function boxOf(registered: DemoDevice | Promise<DemoDevice>): Promise<BoxDevice> {
  const device = await BoxDevice.of(await registered, { stage: world.stage, url: world.system.url });
  devices.push(device);
  return device;
}

/** A person's phone and tablet, both online and in step. */
async function pair(name = 'Bob'): Promise<{ person: Person; phone: BoxDevice; tablet: BoxDevice }> {
  const person = await world.stage.person(name);
  const [phone, tablet] = [await boxOf(world.stage.phoneOf(person)), await boxOf(world.stage.tabletOf(person))];
  for (const device of [phone, tablet]) {
    await device.goOnline();
    await device.box.sync();
  }
  return { person, phone, tablet };
}

const send = async ({ address }: Person, body: string, dispositionNotification: readonly (typeof asked)[number][] = []) => (await alice.phone.sdk.send({ to: [address], body, dispositionNotification })).id;
const sendPicture = async ({ address }: Person) => {
  const { id: fileId } = await alice.phone.sdk.upload(picture, { contentType: 'image/jpeg', fileName: 'beach.jpg' });
  return (await alice.phone.sdk.send({ to: [address], fileId, contentType: 'image/jpeg' })).id;
};
const syncRules = (device: BoxDevice, rules: readonly object[]) =>
  device.sdk.call({ method: 'PUT', path: '/cpm/v1/preferences', body: { activeProfile: 'default', profiles: { default: { syncRules: rules } } } });
const kindsOf = (events: readonly Json[]) => events.map((event) => Object.keys(event)[0]);
const seqOf = (event: Json): number => Object.values(event as Record<string, { lastModSeq: number }>)[0]!.lastModSeq;
const sight = ({ box }: BoxDevice) => box.objects().map(({ text, folder, direction, flags }) => [text, folder, direction, ...[...flags].sort()].join(' '));

requirement('CPM-MLD-011', () => {
  it('gives a device that joins late 500 messages by search, as they are on the others, without a report or an alert, and invites it to what is still open', async () => {
    const bob = await world.stage.person('Bob');
    const atBobs = await world.stage.phoneOf(bob);
    const phone = await boxOf(atBobs);
    await phone.goOnline();
    const old = await alice.phone.sdk.sessions.start({ to: [bob.address], kind: 'one-to-one' });
    const ids: string[] = [];
    for (let first = 0; first < MESSAGES; first += AT_ONCE) {
      ids.push(...await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => send(bob, `text ${first + at}`, (first + at) % ASKED_EVERY === 0 ? asked : []))));
    }
    await until(async () => {
      await phone.box.sync();
      return ids.every((id) => phone.idOf(id) !== undefined) || undefined;
    }, 60_000);
    const [read, flagged, removed] = [ids[0]!, ids[1]!, ids[2]!];
    await phone.box.markRead(phone.idOf(read)!);
    await phone.box.flag(phone.idOf(flagged)!, '\\Flagged');
    await phone.box.remove(phone.idOf(removed)!);
    await phone.box.sync();
    await alice.phone.reported(read, 'displayed');
    const requested = ids.filter((_, at) => at % ASKED_EVERY === 0);
    for (const id of requested) await alice.phone.reported(id, 'delivered');
    await until(() => phone.frames.some(({ type, data }) => type === 'session.cancelled' && data.id === old.id) || undefined);
    const before = new Map(ids.map((id) => [id, phone.flagsOf(id)]));
    const reports = () => alice.phone.allTold('disposition').filter(({ messageId }) => ids.includes(messageId)).length;
    const told = reports();

    await phone.goOffline();
    await world.stage.goToAirplaneMode(atBobs);
    const waiting = await send(bob, 'still waiting', ['positive-delivery']);
    await world.stage.operator.decision(waiting, { that: 'the message waits', fits: ({ form }) => form === 'DEFER' });
    const open = await alice.phone.sdk.sessions.start({ to: [bob.address], kind: 'one-to-one' });
    const late = await boxOf(world.stage.secondaryOf(bob, 'new laptop'));
    await late.goOnline();
    await until(() => late.frames.some(({ type, data }) => type === 'session.invited' && data.id === open.id) || undefined);
    // It is history there, as everything before; who it waits for gets it, and that is its delivery.
    await late.has(waiting);

    expect(ids.map((id) => late.flagsOf(id))).toEqual(ids.map((id) => before.get(id)));
    expect([late.flagsOf(read), late.flagsOf(flagged), late.flagsOf(removed)]).toEqual([['\\Seen', '\\read-report-sent'], ['\\Flagged'], undefined]);
    const pages = late.asked('objects/operations/search');
    expect(pages.map(({ body }) => (body['selectionCriteria'] as Json)['fromCursor'] as unknown)).toEqual([undefined, ...pages.slice(0, -1).map(({ answer }) => (answer['objectList'] as Json)['cursor'] as unknown)]);
    expect(pages.length).toBeGreaterThanOrEqual(3);
    expect(late.frames.flatMap(({ type, data }) => (type === 'message.received' || type === 'session.invited' ? [data.id] : []))).toEqual([open.id]);
    await phone.goOnline();
    await alice.phone.reported(waiting, 'delivered');
    expect(alice.phone.reports(waiting)).toEqual(['delivered']);
    expect(reports()).toBe(told);
    expect(late.asked('dispositions')).toEqual([]);
    for (const id of requested) expect((await world.stage.operator.journey(id)).filter(({ device }) => device === late.identity.id)).toEqual([]);
  });
});

requirement('CPM-MLD-016', () => {
  it('tells a device that was away exactly what changed, removals among it, in the order of the changes', async () => {
    const { person, phone, tablet } = await pair();
    const [kept, flagged, removed] = [await send(person, 'kept'), await send(person, 'flagged'), await send(person, 'removed')];
    for (const device of [phone, tablet]) for (const id of [kept, flagged, removed]) await device.has(id);
    const gone = phone.idOf(removed)!;
    await phone.goOffline();
    const from = phone.exchanges.length;
    await tablet.box.flag(tablet.idOf(flagged)!, '\\Flagged');
    await tablet.box.sync();
    await tablet.box.remove(tablet.idOf(removed)!);
    await tablet.box.sync();
    const family = await tablet.box.createFolder('Family');
    await tablet.box.sync();
    const added = await send(person, 'added');
    await tablet.has(added);
    await tablet.box.move(tablet.idOf(added)!, family);
    await tablet.box.sync();
    const events = phone.events.length;
    await phone.goOnline();
    await phone.box.sync();
    const delta = phone.events.slice(events);
    const about = (event: Json) => {
      const { resourceURL } = Object.values(event as Record<string, { resourceURL: string }>)[0]!;
      return decodeURIComponent(resourceURL.split('/').at(-1)!);
    };
    // Each as it is now, at the place of its last change.
    expect(kindsOf(delta)).toEqual(['changedObject', 'deletedObject', 'changedFolder', 'changedObject']);
    expect(delta.map(about)).toEqual([phone.idOf(flagged), gone, phone.box.folders.find(({ name }) => name === 'Family')?.id, phone.idOf(added)]);
    expect(delta.map(seqOf)).toEqual([...delta.map(seqOf)].sort((a, b) => a - b));
    expect(delta[1]).toEqual({ deletedObject: { resourceURL: expect.any(String) as string, correlationId: removed, lastModSeq: expect.any(Number) as number } });
    expect(phone.exchanges.slice(from).filter(({ request }) => request.includes('search'))).toEqual([]);
    expect(sight(phone)).toEqual(sight(tablet));
  });

  it('has a device whose token it does not understand, or of other rules, discard what it knows of its place and search all again', async () => {
    const { person, phone, tablet } = await pair();
    const [one, two] = [await send(person, 'one'), await send(person, 'two')];
    for (const device of [phone, tablet]) for (const id of [one, two]) await device.has(id);
    await phone.goOffline();
    await tablet.box.remove(tablet.idOf(one)!);
    await tablet.box.sync();
    for (const token of ['from nowhere', 'r1.1.1.7', `r1.${Number.MAX_SAFE_INTEGER}.1.0`]) {
      await phone.goOnFrom(token);
      const [events, searches] = [phone.events.length, phone.asked('search').length];
      await phone.box.sync();
      expect([token, kindsOf(phone.events.slice(events)), phone.asked('search').length > searches]).toEqual([token, ['resetBox'], true]);
      expect(sight(phone)).toEqual(sight(tablet));
    }
  });

  it('keeps media from a Secondary that does not want them, and brings them when it does', async () => {
    const { person, phone, tablet } = await pair();
    const id = tablet.identity.id;
    await syncRules(phone, [{ deviceId: id, contentTypes: ['text/*'] }]);
    await until(async () => {
      await tablet.box.sync();
      return kindsOf(tablet.events).includes('resetBox') || undefined;
    });
    const [image, text] = [await sendPicture(person), await send(person, 'only text')];
    await phone.has(image);
    await tablet.has(text);
    const told = JSON.stringify(tablet.events.filter(({ changedObject }) => changedObject));
    expect([told.includes(text), told.includes(image), tablet.idOf(image)]).toEqual([true, false, undefined]);
    // Removals of it are kept from the tablet, too.
    const second = await sendPicture(person);
    await phone.box.remove(await phone.has(second));
    await phone.box.sync();
    await tablet.has(await send(person, 'after it'));
    expect(JSON.stringify(tablet.events)).not.toContain(second);
    await syncRules(phone, []);
    expect(await tablet.has(image)).toBe(phone.idOf(image));
    expect(await (await tablet.box.read(tablet.idOf(image)!)).bytes()).toEqual(picture);
  });

  it('shows on the others the drafts of one device, what it sent as sent, and its folders', async () => {
    const { phone, tablet } = await pair();
    const { address } = alice.person;
    const draft = await phone.box.saveDraft({ to: [address], text: 'Dear' });
    const sent = await tablet.box.send({ to: [address], body: 'Sent from the tablet' });
    const incoming = (await alice.phone.sdk.send({ to: [phone.identity.owner.address], body: 'Hello' })).id;
    const at = `/main/${address}`;
    for (const device of [phone, tablet]) {
      await until(async () => {
        await device.box.sync();
        return [...sight(device)].sort().join('|') === [`Dear ${at} Out \\Draft \\Seen`, `Hello ${at} In`, `Sent from the tablet ${at} Out \\Seen`].join('|') || undefined;
      });
    }
    expect(phone.box.object(phone.idOf(sent)!)).toMatchObject({ state: 'stored', direction: 'Out', isUnread: false, party: address });
    const family = await phone.box.createFolder('Family');
    await phone.box.move(phone.idOf(incoming)!, family);
    const later = await phone.box.updateDraft(draft, { to: [address], text: 'Dear Alice' });
    await phone.box.sync();
    await tablet.box.sync();
    expect([...sight(tablet)].sort()).toEqual([`Dear Alice ${at} Out \\Draft \\Seen`, 'Hello /main/Family In', `Sent from the tablet ${at} Out \\Seen`]);
    await tablet.box.renameFolder(tablet.box.folders.find(({ name }) => name === 'Family')!.id, 'Friends');
    await tablet.box.sync();
    await phone.box.sync();
    expect([sight(phone), phone.box.folders.map(({ path }) => path)]).toEqual([sight(tablet), ['/main/Friends']]);
    await tablet.box.removeFolder(tablet.box.folders[0]!.id);
    await phone.box.discardDraft(later);
    await until(async () => {
      for (const device of [tablet, phone]) await device.box.sync();
      const shown = [sight(phone), sight(tablet)].map((lines) => lines.join());
      return shown.every((lines) => lines === `Sent from the tablet ${at} Out \\Seen`) || undefined;
    });
    expect([phone, tablet].flatMap(({ problems, box }) => [...problems, ...box.folders])).toEqual([]);
  });
});
