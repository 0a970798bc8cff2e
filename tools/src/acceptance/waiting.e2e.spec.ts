import { requirement } from '@cpm/runtime-decider';
import { Acceptance, attribute, AUTO_SESSION, outcomeOf, until, type Household, type StoredObject } from './acceptance.fixture.js';

let world: Acceptance;
let alice: Household;

/** Everything that is waited for takes seconds here. */
beforeAll(async () => {
  world = await Acceptance.start({ 'session.inviteTtlSec': 4, 'session.inactivitySec': 6, 'ft.resumeWindowSec': 2, 'primary.immediateDelivery': false });
  alice = await world.household('Alice');
}, 120_000);
afterAll(() => world.stop(), 60_000);

requirement('CPM-MLD-026', () => {
  it('closes all devices, without a winner, when nobody says anything', async () => {
    const bob = await world.household('Bob', { tablet: AUTO_SESSION }, AUTO_SESSION);
    const { id } = await alice.phone.sdk.sessions.start({ to: [bob.person.address], kind: 'one-to-one' });
    for (const device of bob.devices) await device.told('session.established', id);
    for (const device of [...bob.devices, alice.phone]) expect(await device.told('session.closed', id)).toEqual({ id, reason: 'inactivity' });
  });
});

requirement('CPM-MLD-028', () => {
  it('leaves a phone without IP for later where policy says so, and reports nothing twice', async () => {
    const bob = await world.household('Bob', { tablet: AUTO_SESSION });
    await world.smsOnly(bob);
    const { id } = await alice.phone.sdk.sessions.start({ to: [bob.person.address], kind: 'one-to-one' });
    await alice.phone.told('session.established', id);
    const said = await alice.phone.sdk.sessions.say(id, { body: 'Dinner?', dispositionNotification: ['positive-delivery'] });
    await world.stage.operator.decision(said.id, { that: 'the phone waits', fits: ({ form, reason }) => form === 'DEFER' && reason === 'immediate-delivery-off' });
    await alice.phone.reported(said.id, 'delivered');
    await world.stage.goOnline(bob.phone);
    await bob.phone.told('session.message', said.id);
    await world.stage.operator.decision(said.id, { that: 'the second report is suppressed', fits: ({ service, reason }) => service === 'report-aggregation' && reason === 'already-reported' });
    expect(alice.phone.reports(said.id)).toEqual(['delivered']);
    expect(await world.stage.network.textsTo(bob.person)).toEqual([]);
  });
});

requirement('CPM-MLD-006', () => {
  it('stops ringing when nobody answers, and brings what was said to all devices', async () => {
    const bob = await world.household('Bob', { tablet: {} });
    const { id } = await alice.phone.sdk.sessions.start({ to: [bob.person.address], kind: 'one-to-one' });
    const said = await alice.phone.sdk.sessions.say(id, { body: 'Are you there?', dispositionNotification: ['positive-delivery'] });
    for (const device of bob.devices) expect(await device.told('session.cancelled', id)).toEqual({ id, reason: 'expired' });
    expect(await alice.phone.told('session.closed', id)).toEqual({ id, reason: 'expired' });
    for (const device of bob.devices) expect(await device.told('session.message', said.id)).toMatchObject({ body: 'Are you there?' });
    await alice.phone.reported(said.id, 'delivered');
    expect(await outcomeOf(bob.phone.sdk.sessions.accept(id))).toBe('409 expired');
  });
});

requirement('CPM-MLD-011', () => {
  const together = async () => {
    const [bob, carol] = [await world.household('Bob'), await world.household('Carol')];
    const started = await alice.phone.sdk.sessions.start({ to: [bob.person.address, carol.person.address], kind: 'long-lived-group' });
    const { id } = started;
    for (const { phone } of [bob, carol]) {
      await phone.told('session.invited', id);
      await phone.sdk.sessions.accept(id);
    }
    return { bob, carol, ...started };
  };
  const closed = (household: Household, id: string) => household.phone.told('session.closed', id);

  it('restarts a long-lived group when a member says something: all are asked, one conversation', async () => {
    const { bob, carol, id, conversationId, contributionId } = await together();
    await closed(carol, id);
    const laptop = await world.stage.secondaryOf(carol.person, 'new laptop');
    await world.stage.goOnline(laptop);
    const said = await bob.phone.sdk.sessions.say(id, { body: 'still here?' });
    expect(said.conversationId).toBe(conversationId);
    expect(await laptop.told('session.invited', id)).toMatchObject({ from: bob.person.address, conversationId, contributionId });
    await laptop.sdk.sessions.accept(id);
    expect(await laptop.told('session.message', said.id)).toMatchObject({ body: 'still here?', conversationId });
  });

  it('has one focus when two restart it at once, and does not ask who left', async () => {
    const { bob, carol, id } = await together();
    const dora = await world.household('Dora');
    await closed(carol, id);
    await alice.phone.sdk.sessions.leave(id);
    await Promise.all([bob.phone.sdk.sessions.restart(id), carol.phone.sdk.sessions.restart(id)]);
    await until(async () => {
      const { active, participants } = await bob.phone.sdk.sessions.view(id);
      return (active && participants.filter(({ status }) => status === 'joined').length === 2) || undefined;
    });
    const said = await bob.phone.sdk.sessions.say(id, { body: 'we are' });
    await carol.phone.told('session.message', said.id);
    expect(alice.phone.allTold('session.invited').filter((invitation) => invitation.id === id)).toEqual([]);
    expect(await outcomeOf(alice.phone.sdk.sessions.restart(id))).toBe('409 left');
    expect(await outcomeOf(dora.phone.sdk.sessions.restart(id))).toBe('404 unknown-session');
  });
});

requirement('CPM-MLD-016', () => {
  it('has in each member\'s store the history of each round and one state of the group, also for a device that comes later', async () => {
    const [bob, carol] = [await world.household('Bob'), await world.household('Carol', { tablet: {} })];
    const members = [alice, bob, carol].map(({ person }) => person.address);
    const { id, conversationId } = await alice.phone.sdk.sessions.start({ to: members.slice(1), kind: 'long-lived-group', subject: 'Trip' });
    const accepted = ({ phone }: Household) => until(async () => (await outcomeOf(phone.sdk.sessions.accept(id))) === 'ok' || undefined);
    for (const each of [bob, carol]) await accepted(each);
    await until(async () => !(await bob.phone.sdk.sessions.view(id)).active || undefined);
    const said = await bob.phone.sdk.sessions.say(id, { body: 'Shall we go on?' });
    for (const each of [alice, carol]) await accepted(each);
    await carol.phone.told('session.message', said.id);
    await carol.phone.sdk.sessions.leave(id);
    const laptop = await world.stage.secondaryOf(bob.person, 'new laptop');
    await world.stage.goOnline(laptop);
    for (const [{ person, phone }, { sdk }] of [[alice, alice.phone], [bob, laptop], [carol, carol.devices[1]!]] as const) {
      const ofGroup = async (context: string): Promise<StoredObject[]> =>
        (await world.storeOf(sdk, person.address)).filter((object) => attribute(object, 'Message-Context')[0] === context && object.path.startsWith(`/main/${conversationId}/`));
      const state = await until(async () => {
        const [only, ...more] = await ofGroup('group-state');
        const text = only && more.length === 0 ? await world.contentOf(sdk, only) : '';
        const named = members.filter((address) => text.includes(`comm-addr="${address}"`));
        return named.join() === members.slice(0, 2).join() ? only : undefined;
      });
      expect([state.flags.flag, attribute(state, 'Subject')]).toEqual([['\\Seen'], ['Trip']]);
      const rounds = await until(async () => {
        const found = await ofGroup('session-info');
        return found.filter((round) => attribute(round, 'X-CPM-Participant').some((line) => line.startsWith(`${person.address} `))).length === 2 ? found : undefined;
      });
      expect(rounds.map(({ path }) => path)).toEqual([1, 2].map((round) => `/main/${conversationId}/session-${id}-${round}`));
      expect(attribute(rounds[0], 'X-CPM-Session-Reason')).toEqual(['inactivity']);
      expect(attribute(rounds[0], 'participating-device')).toEqual([phone.identity.id]);
    }
  });
});

requirement('CPM-MLD-020', () => {
  it('offers a file to all devices again when the one that accepted does not go on', async () => {
    const bob = await world.household('Bob', { tablet: {} });
    const [phone, tablet] = bob.devices;
    const { id: fileId } = await alice.phone.sdk.upload(new Uint8Array(1_000), { contentType: 'image/jpeg' });
    const { id } = await alice.phone.sdk.transfers.offer({ to: [bob.person.address], fileId, dispositionNotification: ['positive-delivery'] });
    await tablet!.told('file-transfer.invited', id);
    await tablet!.sdk.transfers.accept(id);
    await phone!.told('file-transfer.cancelled', id);
    await world.stage.goOffline(tablet!);
    await until(() => phone!.allTold('file-transfer.invited').filter((invitation) => invitation.id === id).length === 2 || undefined);
    expect((await phone!.download(await phone!.sdk.transfers.accept(id))).length).toBe(1_000);
    await alice.phone.reported(id, 'delivered');
  });
});

requirement('CPM-MLD-024', () => {
  it('reports nothing of a member who left before the message had reached him', async () => {
    const [bob, carol] = [await world.household('Bob'), await world.household('Carol', { tablet: {} })];
    const { id } = await alice.phone.sdk.sessions.start({ to: [bob.person.address, carol.person.address], kind: 'closed-group' });
    for (const { phone } of [bob, carol]) {
      await phone.told('session.invited', id);
      await phone.sdk.sessions.accept(id);
    }
    const tablet = carol.devices[1]!.sdk;
    for (const device of carol.devices) await world.stage.goOffline(device);
    const expiresAt = new Date(Date.now() + 5_000).toISOString();
    const said = await alice.phone.sdk.sessions.say(id, { body: 'Hello', expiresAt, dispositionNotification: ['positive-delivery', 'negative-delivery'] });
    await alice.phone.reported(said.id, 'delivered');
    await tablet.sessions.leave(id);
    await world.stage.operator.decision(said.id, { that: 'the message expires for Bob and Carol', fits: ({ step, recipient }) => step === 'not delivered to this device' && recipient === carol.person.address });
    await until(() => Date.now() > Date.parse(expiresAt) + 2_000 || undefined);
    expect(alice.phone.allTold('disposition').filter(({ messageId }) => messageId === said.id).map(({ recipient }) => recipient)).toEqual([bob.person.address]);
  });
});
