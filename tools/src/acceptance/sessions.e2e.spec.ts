import { requirement } from '@cpm/runtime-decider';
import { Acceptance, AUTO_SESSION, outcomeOf, until, type Household } from './acceptance.fixture.js';

let world: Acceptance;
let alice: Household;

beforeAll(async () => {
  world = await Acceptance.start();
  alice = await world.household('Alice');
}, 120_000);
afterAll(() => world.stop(), 60_000);

async function invite(bob: Household): Promise<string> {
  return (await alice.phone.sdk.sessions.start({ to: [bob.person.address], kind: 'one-to-one', subject: 'Dinner' })).id;
}

/** Bob with a phone, a tablet and a laptop that ring. */
const ringing = () => world.household('Bob', { tablet: {}, laptop: {} });

requirement('CPM-MLD-006', () => {
  it('rings once on each of the devices that can take part, and tells them who asks for what', async () => {
    const bob = await world.household('Bob', { tablet: {}, watch: { capabilities: { services: ['standalone', 'chat'] } } });
    const [phone, tablet, watch] = bob.devices;
    const id = await invite(bob);
    const invitation = await tablet!.told('session.invited', id);
    expect(invitation).toMatchObject({ from: alice.person.address, kind: 'one-to-one', participants: [alice.person.address, bob.person.address], subject: 'Dinner', expiresAt: expect.any(String) });
    await phone!.told('session.invited', id);
    await alice.phone.sdk.sessions.leave(id);
    await phone!.told('session.cancelled', id);
    await tablet!.told('session.cancelled', id);
    expect([phone, tablet].map((device) => device!.allTold('session.invited').length)).toEqual([1, 1]);
    expect(watch!.allTold('session.invited')).toEqual([]);
  });

  it('rings a device that gets IP while the invitation lasts', async () => {
    const bob = await world.household('Bob', { tablet: {} });
    const [phone, tablet] = bob.devices;
    await world.stage.goOffline(tablet!);
    const id = await invite(bob);
    await phone!.told('session.invited', id);
    await world.stage.goOnline(tablet!);
    await tablet!.told('session.invited', id);
  });

  it('leaves out a device that its user excludes', async () => {
    const bob = await world.household('Bob', { tablet: {} });
    const [phone, tablet] = bob.devices;
    const deviceRules = [{ deviceId: tablet!.identity.id, services: ['session'], mode: 'skip' }];
    await phone!.sdk.call({ method: 'PUT', path: '/cpm/v1/preferences', body: { activeProfile: 'p', profiles: { p: { deviceRules } } } });
    const id = await invite(bob);
    await phone!.told('session.invited', id);
    await phone!.sdk.sessions.accept(id);
    await phone!.told('session.established', id);
    expect(tablet!.allTold('session.invited')).toEqual([]);
  });
});

requirement('CPM-MLD-007a', () => {
  it('withdraws the invitation from the other devices and names the one that accepted; the sender learns only that it stands', async () => {
    const bob = await ringing();
    const [phone, tablet, laptop] = bob.devices;
    const id = await invite(bob);
    await tablet!.told('session.invited', id);
    await tablet!.sdk.sessions.accept(id);
    expect(await tablet!.told('session.established', id)).toMatchObject({ device: "Bob's tablet" });
    for (const other of [phone, laptop]) expect(await other!.told('session.cancelled', id)).toEqual({ id, reason: 'accepted-elsewhere', device: "Bob's tablet" });
    const established = await alice.phone.told('session.established', id);
    expect(JSON.stringify(established)).not.toMatch(/tablet|laptop/);
    expect(await outcomeOf(phone!.sdk.sessions.accept(id))).toBe("409 accepted-elsewhere Bob's tablet");
    expect(await outcomeOf(tablet!.sdk.sessions.accept(id))).toBe('ok');
  });

  it('has one outcome of the sender taking it back against an acceptance', async () => {
    const bob = await ringing();
    const [phone, tablet] = bob.devices;
    const id = await invite(bob);
    await tablet!.told('session.invited', id);
    const [accepted] = await Promise.all([outcomeOf(tablet!.sdk.sessions.accept(id)), alice.phone.sdk.sessions.leave(id)]);
    await phone!.told('session.cancelled', id);
    if (accepted === 'ok') {
      await tablet!.told('session.closed', id);
      expect(tablet!.allTold('session.cancelled')).toEqual([]);
    } else {
      expect(accepted).toBe('409 cancelled-by-sender');
      expect(await tablet!.told('session.cancelled', id)).toEqual({ id, reason: 'cancelled-by-sender' });
      expect(tablet!.allTold('session.established')).toEqual([]);
    }
    expect((await tablet!.sdk.sessions.view(id)).active).toBe(false);
  });

  it('tells who comes after the sender took it back', async () => {
    const bob = await ringing();
    const [phone] = bob.devices;
    const id = await invite(bob);
    await phone!.told('session.invited', id);
    await alice.phone.sdk.sessions.leave(id);
    expect(await phone!.told('session.cancelled', id)).toEqual({ id, reason: 'cancelled-by-sender' });
    expect(await outcomeOf(phone!.sdk.sessions.accept(id))).toBe('409 cancelled-by-sender');
  });
});

requirement('CPM-MLD-008a', () => {
  it('keeps the other devices ringing when one is busy', async () => {
    const bob = await ringing();
    const [phone, tablet, laptop] = bob.devices;
    const id = await invite(bob);
    await tablet!.told('session.invited', id);
    await tablet!.sdk.sessions.reject(id, 'busy');
    expect(await tablet!.told('session.cancelled', id)).toEqual({ id, reason: 'unavailable' });
    await phone!.sdk.sessions.accept(id);
    expect(await laptop!.told('session.cancelled', id)).toMatchObject({ reason: 'accepted-elsewhere' });
  });

  it('ends it everywhere when the user declines, and tells the sender', async () => {
    const bob = await ringing();
    const [phone, tablet, laptop] = bob.devices;
    const id = await invite(bob);
    await tablet!.told('session.invited', id);
    await tablet!.sdk.sessions.reject(id);
    for (const other of [phone, laptop]) expect(await other!.told('session.cancelled', id)).toEqual({ id, reason: 'rejected-elsewhere', device: "Bob's tablet" });
    expect(await alice.phone.told('session.closed', id)).toEqual({ id, reason: 'rejected' });
  });

  it('is decided by whoever comes first of accept and reject; the other is told', async () => {
    const bob = await ringing();
    const [phone, tablet] = bob.devices;
    const id = await invite(bob);
    await tablet!.told('session.invited', id);
    const outcomes = await Promise.all([outcomeOf(phone!.sdk.sessions.accept(id)), outcomeOf(tablet!.sdk.sessions.reject(id))]);
    expect([["ok", "409 accepted-elsewhere Bob's phone"], ["409 rejected-elsewhere Bob's tablet", 'ok']]).toContainEqual(outcomes);
  });
});

requirement('CPM-MLD-026', () => {
  const answering = () => world.household('Bob', { tablet: AUTO_SESSION, laptop: AUTO_SESSION }, AUTO_SESSION);

  it('keeps all that answered by themselves until the user says something on one; later messages go there only', async () => {
    const bob = await answering();
    const [phone, tablet, laptop] = bob.devices;
    const id = await invite(bob);
    await alice.phone.told('session.established', id);
    const said: string[] = [];
    for (const body of ['one', 'two', 'three']) said.push((await alice.phone.sdk.sessions.say(id, { body })).id);
    for (const device of bob.devices) await device.told('session.message', said[2]!);
    expect(bob.devices.map((device) => device.allTold('session.message').map(({ body }) => body))).toEqual([1, 2, 3].map(() => ['one', 'two', 'three']));
    const reply = await tablet!.sdk.sessions.say(id, { body: 'here I am' });
    for (const other of [phone, laptop]) expect(await other!.told('session.closed', id)).toEqual({ id, reason: 'answered-elsewhere', device: "Bob's tablet" });
    expect(await alice.phone.told('session.message', reply.id)).toMatchObject({ body: 'here I am', sessionId: id });
    const fourth = await alice.phone.sdk.sessions.say(id, { body: 'four' });
    await tablet!.told('session.message', fourth.id);
    expect([phone, laptop].map((device) => device!.allTold('session.message').length)).toEqual([3, 3]);
    await world.stored(phone!.sdk, bob.person.address, ...said, reply.id, fourth.id);
  });

  it('drops nothing of two replies at once: one device stays, both are heard', async () => {
    const bob = await answering();
    const [phone, tablet] = bob.devices;
    const id = await invite(bob);
    await alice.phone.told('session.established', id);
    const replies = await Promise.all([phone!.sdk.sessions.say(id, { body: 'from the phone' }), tablet!.sdk.sessions.say(id, { body: 'from the tablet' })]);
    for (const reply of replies) await alice.phone.told('session.message', reply.id);
    const { devices } = await phone!.sdk.sessions.view(id);
    expect(devices.filter(({ state }) => state === 'joined').length).toBe(1);
  });

  it('picks up on a device that rings, and closes what had answered by itself', async () => {
    const bob = await world.household('Bob', { tablet: AUTO_SESSION });
    const [phone, tablet] = bob.devices;
    const id = await invite(bob);
    await tablet!.told('session.established', id);
    await phone!.told('session.invited', id);
    await phone!.sdk.sessions.accept(id);
    expect(await tablet!.told('session.closed', id)).toEqual({ id, reason: 'answered-elsewhere', device: "Bob's phone" });
  });
});

requirement('CPM-MLD-022', () => {
  it('brings the delivery report to the device that sent, also when the session is gone', async () => {
    const bob = await world.household('Bob');
    const id = await invite(bob);
    await bob.phone.told('session.invited', id);
    await bob.phone.sdk.sessions.accept(id);
    await alice.phone.told('session.established', id);
    bob.phone.disconnect();
    await world.stage.operator.deviceAccess(bob.phone.identity, { that: 'has lost IP', fits: ({ ip }) => ip === 'UNAVAILABLE' });
    const said = await alice.phone.sdk.sessions.say(id, { body: 'Are you there?', dispositionNotification: ['positive-delivery'] });
    await alice.phone.sdk.sessions.leave(id);
    await world.stage.goOnline(bob.phone);
    await bob.phone.told('session.message', said.id);
    await alice.phone.reported(said.id, 'delivered');
    expect(alice.phone.reports(said.id)).toEqual(['delivered']);
  });
});

requirement('CPM-MLD-023', () => {
  it('brings the read report to the sending device only, whatever the policy for copies', async () => {
    const anna = await world.household('Anna', { tablet: {} });
    const bob = await world.household('Bob', {}, AUTO_SESSION);
    const [phone, tablet] = anna.devices;
    const { id } = await tablet!.sdk.sessions.start({ to: [bob.person.address], kind: 'one-to-one' });
    await tablet!.told('session.established', id);
    const said = await tablet!.sdk.sessions.say(id, { body: 'Read this', dispositionNotification: ['positive-delivery', 'display'] });
    await bob.phone.told('session.message', said.id);
    await bob.phone.report(said.id, 'displayed');
    await tablet!.reported(said.id, 'displayed');
    const changed = await phone!.toldOf('store.changed', () => true);
    expect(changed.lastModSeq).toBeGreaterThan(0);
    expect(phone!.allTold('disposition')).toEqual([]);
    await until(async () => JSON.stringify((await world.storeOf(phone!.sdk, anna.person.address)).find(({ correlationId }) => correlationId === said.id)).includes(`${bob.person.address} displayed`) || undefined);
  });

  it('tells nobody of a reading that its reader keeps to himself', async () => {
    const bob = await world.household('Bob', {}, AUTO_SESSION);
    await bob.phone.sdk.call({ method: 'PUT', path: '/cpm/v1/preferences', body: { activeProfile: 'p', profiles: { p: { sendReadReports: false } } } });
    const id = await invite(bob);
    await alice.phone.told('session.established', id);
    const said = await alice.phone.sdk.sessions.say(id, { body: 'Read this', dispositionNotification: ['display'] });
    await bob.phone.told('session.message', said.id);
    await bob.phone.report(said.id, 'displayed');
    await world.stage.operator.decision(said.id, { that: 'the reading is kept back', fits: ({ reason }) => reason === 'not-permitted' });
    expect(alice.phone.reports(said.id)).toEqual([]);
  });
});
