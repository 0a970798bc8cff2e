import { requirement } from '@cpm/runtime-decider';
import { untilMarkerReported } from '../demo/scenario.js';
import { Acceptance, AUTO_FILE, AUTO_SESSION, until, type Household } from './acceptance.fixture.js';

let world: Acceptance;
let alice: Household;

beforeAll(async () => {
  world = await Acceptance.start();
  alice = await world.household('Alice');
}, 120_000);
afterAll(() => world.stop(), 60_000);

const smsc = () => world.system.smsc!;
const asked = { dispositionNotification: ['positive-delivery', 'interworking'] as const };
const picture = new Uint8Array(50_000);
/** ESME_RMSGQFUL: too much waits for this handset. */
const QUEUE_FULL = 0x14;

async function offer(to: Household): Promise<string> {
  const { id: fileId } = await alice.phone.sdk.upload(picture, { contentType: 'image/jpeg', fileName: 'beach.jpg' });
  return (await alice.phone.sdk.transfers.offer({ to: [to.person.address], fileId, dispositionNotification: ['positive-delivery'] })).id;
}

requirement('CPM-MLD-028', () => {
  it('sends a chat text to the phone without IP at once although a tablet answered by itself: one report', async () => {
    const bob = await world.household('Bob', { tablet: AUTO_SESSION });
    await world.smsOnly(bob);
    const { id } = await alice.phone.sdk.sessions.start({ to: [bob.person.address], kind: 'one-to-one' });
    await alice.phone.told('session.established', id);
    const said = await alice.phone.sdk.sessions.say(id, { body: 'Dinner at eight?', ...asked });
    await bob.devices[1]!.told('session.message', said.id);
    expect(await world.stage.network.firstTextTo(bob.person)).toEqual({ from: alice.person.number, text: 'Dinner at eight?' });
    await world.stage.operator.decision(said.id, { that: 'the second report is suppressed', fits: ({ service, step, reason }) => service === 'report-aggregation' && step.includes('delivered') && reason === 'already-reported' });
    await alice.phone.reported(said.id, 'delivered');
    expect(alice.phone.reports(said.id).filter((status) => status === 'delivered')).toEqual(['delivered']);
  });

  it('does not flood the phone with SMS while its user is on another device', async () => {
    const bob = await world.household('Bob', { tablet: {} });
    await world.smsOnly(bob);
    const { id } = await alice.phone.sdk.sessions.start({ to: [bob.person.address], kind: 'one-to-one' });
    await bob.devices[1]!.told('session.invited', id);
    await bob.devices[1]!.sdk.sessions.accept(id);
    const said = await alice.phone.sdk.sessions.say(id, { body: 'You are there', ...asked });
    await bob.devices[1]!.told('session.message', said.id);
    await world.stage.operator.decision(said.id, { that: 'the phone is left out', fits: ({ reason }) => reason === 'active-elsewhere' });
    expect(await world.stage.network.textsTo(bob.person)).toEqual([]);
  });

  it('notifies the phone without IP of a file although a tablet took it by itself, and gives it the file later', async () => {
    const bob = await world.household('Bob', { tablet: AUTO_FILE });
    await world.smsOnly(bob);
    const id = await offer(bob);
    const given = await bob.devices[1]!.told('file-transfer.accepted', id);
    expect((await world.stage.network.firstTextTo(bob.person)).text).toContain('an image');
    expect((await bob.devices[1]!.download(given.fileUrl!)).length).toBe(picture.length);
    await alice.phone.reported(id, 'delivered');
    await world.stage.goOnline(bob.phone);
    const original = await bob.phone.told('file-transfer.accepted', id);
    expect((await bob.phone.download(original.fileUrl!)).length).toBe(picture.length);
    await world.stage.operator.decision(id, { that: 'the report of the phone is suppressed', fits: ({ service, reason }) => service === 'report-aggregation' && reason === 'already-reported' });
    expect(alice.phone.reports(id)).toEqual(['delivered']);
  });
});

requirement('CPM-MLD-028a', () => {
  it('brings a group text by SMS from a number of its own, and the answer into the right group', async () => {
    const bob = await world.household('Bob', {}, AUTO_SESSION);
    const carol = await world.household('Carol');
    await world.smsOnly(carol);
    const to = [bob.person.address, carol.person.address];
    const groups = [await alice.phone.sdk.sessions.start({ to, kind: 'closed-group' }), await alice.phone.sdk.sessions.start({ to, kind: 'closed-group' })];
    const texts: { from: string; text: string }[] = [];
    for (const [at, { id }] of groups.entries()) {
      const said = await alice.phone.sdk.sessions.say(id, { body: `Hello group ${at}`, ...asked });
      texts.push(await until(async () => (await world.stage.network.textsTo(carol.person))[at]));
      await alice.phone.toldOf('disposition', ({ messageId, recipient, status }) => messageId === said.id && recipient === carol.person.address && status === 'delivered');
    }
    expect(texts.map(({ text }) => text)).toEqual([0, 1].map((at) => `${alice.person.number}: Hello group ${at}`));
    expect(new Set([...texts.map(({ from }) => from), alice.person.number]).size).toBe(3);
    await world.stage.network.answerFrom(carol.person, texts[1]!, 'Hello from Carol');
    for (const device of [alice.phone, bob.phone]) {
      expect(await device.toldOf('session.message', ({ body }) => body === 'Hello from Carol')).toMatchObject({ sessionId: groups[1]!.id, from: carol.person.address, conversationId: groups[1]!.conversationId });
    }
  });

  it('sends a chat text in parts, and reports once all have arrived', async () => {
    const bob = await world.household('Bob');
    await world.smsOnly(bob);
    const { id } = await alice.phone.sdk.sessions.start({ to: [bob.person.address], kind: 'one-to-one' });
    const body = 'x'.repeat(400);
    const said = await alice.phone.sdk.sessions.say(id, { body, ...asked });
    await alice.phone.reported(said.id, 'delivered');
    expect(await world.stage.network.textsTo(bob.person)).toEqual([{ from: alice.person.number, text: body }]);
    expect([...alice.phone.reports(said.id)].sort()).toEqual(['delivered', 'interworked']);
  });
});

requirement('CPM-MLD-028a', () => {
  it('reports nothing of a chat text of which a part fails, and delivers it over IP later', async () => {
    const bob = await world.household('Bob');
    await world.smsOnly(bob);
    smsc().configure({ to: bob.person.number, outcome: 'UNDELIVERABLE', submissions: 3 });
    const { id } = await alice.phone.sdk.sessions.start({ to: [bob.person.address], kind: 'one-to-one' });
    const said = await alice.phone.sdk.sessions.say(id, { body: 'y'.repeat(400), dispositionNotification: ['positive-delivery'] });
    await world.stage.operator.decision(said.id, { that: 'the SMS fails', fits: ({ reason }) => reason === 'sms-failed' });
    expect(alice.phone.reports(said.id)).toEqual([]);
    await world.stage.goOnline(bob.phone);
    await bob.phone.told('session.message', said.id);
    await alice.phone.reported(said.id, 'delivered');
  });
});

requirement('CPM-MLD-024', () => {
  it('reports once for a member of a group who has only SMS, when his SMS arrived', async () => {
    const bob = await world.household('Bob', {}, AUTO_SESSION);
    const carol = await world.household('Carol');
    await world.smsOnly(carol);
    const { id } = await alice.phone.sdk.sessions.start({ to: [bob.person.address, carol.person.address], kind: 'closed-group' });
    await bob.phone.told('session.established', id);
    const said = await alice.phone.sdk.sessions.say(id, { body: 'Hello', dispositionNotification: ['positive-delivery'] });
    const recipients = () => alice.phone.allTold('disposition').filter(({ messageId }) => messageId === said.id).map(({ recipient }) => recipient);
    await until(() => recipients().length === 2 || undefined);
    await world.stage.network.firstTextTo(carol.person);
    expect(new Set(recipients())).toEqual(new Set([bob.person.address, carol.person.address]));
  });
});

requirement('CPM-MLD-029', () => {
  it('notifies the phone without IP of an offered file, once, and offers it when IP is back', async () => {
    const bob = await world.household('Bob');
    await world.smsOnly(bob);
    const id = await offer(bob);
    expect((await world.stage.network.firstTextTo(bob.person)).text).toContain(alice.person.number);
    await world.stage.operator.decision(id, { that: 'the notification is delivered', fits: ({ reason }) => reason === 'ucn-delivered' });
    await world.stage.goOnline(bob.phone);
    await bob.phone.told('file-transfer.invited', id);
    expect((await bob.phone.download(await bob.phone.sdk.transfers.accept(id))).length).toBe(picture.length);
    expect((await world.stage.network.textsTo(bob.person)).length).toBe(1);
  });

  it('takes a notification back that has not left when IP returns', async () => {
    const bob = await world.household('Bob');
    await world.smsOnly(bob);
    smsc().configure({ to: bob.person.number, answer: 'refuse', refuseStatus: QUEUE_FULL });
    const id = await offer(bob);
    await world.stage.operator.decision(id, { that: 'the SMSC wants it later', fits: ({ step }) => step.startsWith('refused for now') });
    await world.stage.goOnline(bob.phone);
    await bob.phone.told('file-transfer.invited', id);
    smsc().configure({ to: bob.person.number });
    await world.stage.operator.decision(id, { that: 'the notification is taken back', fits: ({ service, step }) => service === 'sms-interworking-gateway' && step === 'cancelled' });
    await bob.phone.download(await bob.phone.sdk.transfers.accept(id));
    await alice.phone.reported(id, 'delivered');
    expect(await world.stage.network.textsTo(bob.person)).toEqual([]);
  });

  it('notifies of an image in a chat, never sends it as text', async () => {
    const bob = await world.household('Bob', { tablet: AUTO_SESSION });
    await world.smsOnly(bob);
    const { id } = await alice.phone.sdk.sessions.start({ to: [bob.person.address], kind: 'one-to-one' });
    await alice.phone.told('session.established', id);
    const { id: fileId } = await alice.phone.sdk.upload(picture, { contentType: 'image/jpeg' });
    const said = await alice.phone.sdk.sessions.say(id, { contentType: 'image/jpeg', fileId });
    const shown = await bob.devices[1]!.told('session.message', said.id);
    expect((await bob.devices[1]!.download(shown.fileUrl!)).length).toBe(picture.length);
    expect((await world.stage.network.firstTextTo(bob.person)).text).toContain('an image');
  });
});

requirement('CPM-MLD-030', () => {
  it('counts the notification of a file as its delivery; what comes later adds nothing', async () => {
    const bob = await world.household('Bob');
    await world.smsOnly(bob);
    const id = await offer(bob);
    await alice.phone.reported(id, 'delivered');
    await world.stage.goOnline(bob.phone);
    await bob.phone.told('file-transfer.invited', id);
    await bob.phone.download(await bob.phone.sdk.transfers.accept(id));
    await world.stage.operator.decision(id, { that: 'the second report is suppressed', fits: ({ service, reason }) => service === 'report-aggregation' && reason === 'already-reported' });
    expect(alice.phone.reports(id)).toEqual(['delivered']);
  });

  it('reports nothing of a notification that fails; the file itself, when it comes, is', async () => {
    const bob = await world.household('Bob');
    await world.smsOnly(bob);
    smsc().configure({ to: bob.person.number, answer: 'refuse' });
    const id = await offer(bob);
    await world.stage.operator.decision(id, { that: 'the notification fails', fits: ({ reason }) => reason === 'ucn-failed' });
    expect(alice.phone.reports(id)).toEqual([]);
    await world.stage.goOnline(bob.phone);
    await bob.phone.told('file-transfer.invited', id);
    await bob.phone.download(await bob.phone.sdk.transfers.accept(id));
    await alice.phone.reported(id, 'delivered');
  });

  it('has one report of a notification and of a Secondary that acknowledges at the same time', async () => {
    const bob = await world.household('Bob', { tablet: AUTO_FILE });
    await world.smsOnly(bob);
    const id = await offer(bob);
    const given = await bob.devices[1]!.told('file-transfer.accepted', id);
    await Promise.all([bob.devices[1]!.download(given.fileUrl!), world.stage.operator.decision(id, { that: 'the notification is delivered', fits: ({ reason }) => reason === 'ucn-delivered' })]);
    await alice.phone.reported(id, 'delivered');
    await untilMarkerReported({ from: alice.phone, to: bob.person, text: 'That was all.' });
    expect(alice.phone.reports(id)).toEqual(['delivered']);
  });

  it('adds nothing where a Secondary had reported before', async () => {
    const bob = await world.household('Bob', { tablet: AUTO_SESSION });
    await world.smsOnly(bob);
    const { id } = await alice.phone.sdk.sessions.start({ to: [bob.person.address], kind: 'one-to-one' });
    await alice.phone.told('session.established', id);
    const { id: fileId } = await alice.phone.sdk.upload(picture, { contentType: 'image/jpeg' });
    const said = await alice.phone.sdk.sessions.say(id, { contentType: 'image/jpeg', fileId, dispositionNotification: ['positive-delivery'] });
    await alice.phone.reported(said.id, 'delivered');
    await world.stage.operator.decision(said.id, { that: 'the notification is delivered', fits: ({ reason }) => reason === 'ucn-delivered' });
    expect(alice.phone.reports(said.id)).toEqual(['delivered']);
  });
});
