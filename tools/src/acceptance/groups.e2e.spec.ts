import type { CpmProblem } from '@cpm/client';
import { requirement } from '@cpm/runtime-decider';
import { Acceptance, attribute, AUTO_SESSION, outcomeOf, until, type Household } from './acceptance.fixture.js';

let world: Acceptance;
let alice: Household;

beforeAll(async () => {
  world = await Acceptance.start();
  alice = await world.household('Alice');
}, 120_000);
afterAll(() => world.stop(), 60_000);

async function group(kind: 'closed-group' | 'long-lived-group', ...others: Household[]): Promise<string> {
  const { id } = await alice.phone.sdk.sessions.start({ to: others.map(({ person }) => person.address), kind });
  return id;
}

/** A group that everybody has joined with his phone. */
async function joined(kind: 'closed-group' | 'long-lived-group', ...others: Household[]): Promise<string> {
  const id = await group(kind, ...others);
  for (const { phone } of others) {
    await phone.told('session.invited', id);
    await phone.sdk.sessions.accept(id);
  }
  await alice.phone.told('session.established', id);
  return id;
}

const asked = { dispositionNotification: ['positive-delivery', 'display'] as const };
const reportsOf = (messageId: string) => alice.phone.allTold('disposition').filter((report) => report.messageId === messageId);

requirement('CPM-MLD-024', () => {
  it('reports delivery once for each recipient, and only from devices that took part', async () => {
    const bob = await world.household('Bob', { tablet: {} });
    const carol = await world.household('Carol', {}, AUTO_SESSION);
    const [bobsPhone, bobsTablet] = bob.devices;
    const id = await group('closed-group', bob, carol);
    await bobsTablet!.told('session.invited', id);
    await bobsTablet!.sdk.sessions.accept(id);
    await carol.phone.told('session.established', id);
    const said = await alice.phone.sdk.sessions.say(id, { body: 'Hello all', ...asked });
    await until(() => reportsOf(said.id).length === 2 || undefined);
    await bobsPhone!.report(said.id, 'delivered');
    await bobsPhone!.report(said.id, 'displayed');
    await world.stage.operator.decision(said.id, { that: 'the report of the phone is ignored', fits: ({ reason }) => reason === 'not-participant' });
    expect(reportsOf(said.id).map(({ recipient, status }) => `${recipient} ${status}`).sort()).toEqual([bob, carol].map(({ person }) => `${person.address} delivered`).sort());
    expect(bobsPhone!.allTold('session.message')).toEqual([]);
  });

  it('reports once for a user who takes part with two devices', async () => {
    const bob = await world.household('Bob', { tablet: AUTO_SESSION }, AUTO_SESSION);
    const id = await group('closed-group', bob, await world.household('Carol'));
    await alice.phone.told('session.established', id);
    const said = await alice.phone.sdk.sessions.say(id, { body: 'Hello Bob', ...asked });
    for (const device of bob.devices) await device.told('session.message', said.id);
    await world.stage.operator.decision(said.id, { that: 'a second report is suppressed', fits: ({ reason }) => reason === 'already-reported' });
    await alice.phone.reported(said.id, 'delivered');
    expect(reportsOf(said.id).map(({ recipient }) => recipient)).toEqual([bob.person.address]);
  });

  it('shows the sender how many of how many have it', async () => {
    const [bob, carol, dora] = [await world.household('Bob', {}, AUTO_SESSION), await world.household('Carol', {}, AUTO_SESSION), await world.household('Dora')];
    const id = await group('closed-group', bob, carol, dora);
    await alice.phone.told('session.established', id);
    for (const { phone } of [bob, carol]) await phone.told('session.established', id);
    const said = await alice.phone.sdk.sessions.say(id, { body: 'Hello all', ...asked });
    await until(() => reportsOf(said.id).length === 2 || undefined);
    await bob.phone.report(said.id, 'displayed');
    const seen = await until(async () => {
      const stored = (await world.storeOf(alice.phone.sdk, alice.person.address)).find(({ correlationId }) => correlationId === said.id);
      return attribute(stored, 'X-CPM-Displayed')[0] === '1 of 3' ? stored : undefined;
    });
    expect(attribute(seen, 'X-CPM-Delivered')).toEqual(['2 of 3']);
  });
});

requirement('CPM-MLD-025', () => {
  it('reports reading once for each recipient, and not from a device that has the text from the store', async () => {
    const bob = await world.household('Bob', { tablet: AUTO_SESSION });
    const [phone, tablet] = bob.devices;
    const id = await group('closed-group', bob, await world.household('Carol'));
    await tablet!.told('session.established', id);
    const said = await alice.phone.sdk.sessions.say(id, { body: 'Read this', ...asked });
    await tablet!.told('session.message', said.id);
    await phone!.report(said.id, 'displayed');
    await tablet!.report(said.id, 'displayed');
    await tablet!.report(said.id, 'displayed');
    await alice.phone.reported(said.id, 'displayed');
    expect(reportsOf(said.id).map(({ status }) => status)).toEqual(['delivered', 'displayed']);
  });
});

requirement('CPM-MLD-011', () => {
  it('goes on with one conversation from whichever device, in one order for all, and on the own other devices as sent', async () => {
    const anna = await world.household('Anna', { tablet: {} });
    const [phone, tablet] = anna.devices;
    const bob = await world.household('Bob', {}, AUTO_SESSION);
    const { id, conversationId } = await phone!.sdk.sessions.start({ to: [bob.person.address], kind: 'one-to-one' });
    await phone!.told('session.established', id);
    const first = await phone!.sdk.sessions.say(id, { body: 'from the phone' });
    const second = await tablet!.sdk.sessions.say(id, { body: 'from the tablet', inReplyTo: first.contributionId });
    expect([first.conversationId, second.conversationId]).toEqual([conversationId, conversationId]);
    await bob.phone.told('session.message', second.id);
    expect(bob.phone.allTold('session.message').map(({ body, conversationId: thread }) => [body, thread])).toEqual([['from the phone', conversationId], ['from the tablet', conversationId]]);
    expect(await phone!.told('message.sent', second.id)).toMatchObject({ body: 'from the tablet', conversationId, sessionId: id });
    expect(phone!.allTold('session.message')).toEqual([]);
  });

  it('gives a device that joins late the history and no alerts', async () => {
    const bob = await world.household('Bob', {}, AUTO_SESSION);
    const { id } = await alice.phone.sdk.sessions.start({ to: [bob.person.address], kind: 'one-to-one' });
    await bob.phone.told('session.established', id);
    const said = await alice.phone.sdk.sessions.say(id, { body: 'before', ...asked });
    await alice.phone.reported(said.id, 'delivered');
    const reply = await bob.phone.sdk.sessions.say(id, { body: 'I am here' });
    await alice.phone.told('session.message', reply.id);
    const laptop = await world.stage.secondaryOf(bob.person, 'new laptop');
    await world.stage.goOnline(laptop);
    await world.stored(laptop.sdk, bob.person.address, said.id);
    const next = await alice.phone.sdk.sessions.say(id, { body: 'after', ...asked });
    await bob.phone.told('session.message', next.id);
    await world.stored(laptop.sdk, bob.person.address, next.id);
    expect([...laptop.allTold('session.invited'), ...laptop.allTold('session.message')]).toEqual([]);
    expect(alice.phone.reports(said.id)).toEqual(['delivered']);
  });

  it('offers a device that joins late an invitation that nobody has answered', async () => {
    const bob = await world.household('Bob');
    const { id } = await alice.phone.sdk.sessions.start({ to: [bob.person.address], kind: 'one-to-one' });
    await bob.phone.told('session.invited', id);
    const laptop = await world.stage.secondaryOf(bob.person, 'new laptop');
    await world.stage.goOnline(laptop);
    await laptop.told('session.invited', id);
  });

  it('does not restart a closed group, and never asks again who left', async () => {
    const [bob, carol] = [await world.household('Bob'), await world.household('Carol')];
    const id = await joined('closed-group', bob, carol);
    expect(await outcomeOf(bob.phone.sdk.sessions.restart(id))).toBe('409 not-restartable');
    await carol.phone.sdk.sessions.leave(id);
    await until(async () => (await alice.phone.sdk.sessions.view(id)).participants.some(({ address, status }) => address === carol.person.address && status === 'left') || undefined);
    const said = await alice.phone.sdk.sessions.say(id, { body: 'Only Bob now' });
    await bob.phone.told('session.message', said.id);
    expect(carol.phone.allTold('session.message')).toEqual([]);
    expect(await outcomeOf(carol.phone.sdk.sessions.say(id, { body: 'and me?' }))).toBe('409 not-in-session');
  });
});

describe('a group session', () => {
  it('goes on with the other devices of a member whose device in it has lost its connection', async () => {
    const [bob, carol] = [await world.household('Bob', { tablet: {} }), await world.household('Carol')];
    const id = await joined('closed-group', bob, carol);
    await world.stage.goOffline(bob.phone);
    const said = await alice.phone.sdk.sessions.say(id, { body: 'Are you there?' });
    await bob.devices[1]!.told('session.message', said.id);
    const reply = await bob.devices[1]!.sdk.sessions.say(id, { body: 'On the tablet' });
    await carol.phone.told('session.message', reply.id);
    await bob.devices[1]!.told('session.established', id);
  });

  it('tells who is writing to those who take part, and keeps nothing of it', async () => {
    const [bob, carol] = [await world.household('Bob'), await world.household('Carol')];
    const id = await joined('closed-group', bob, carol);
    await bob.phone.sdk.sessions.composing(id);
    for (const device of [alice.phone, carol.phone]) await device.toldOf('session.message', ({ sessionId, contentType }) => sessionId === id && contentType === 'application/im-iscomposing+xml');
    const kept = (await world.storeOf(carol.phone.sdk, carol.person.address)).flatMap((object) => attribute(object, 'Message-Context'));
    expect(kept.filter((context) => context !== 'session-info' && context !== 'group-state')).toEqual([]);
  });

  it('has one order of what two say at the same time', async () => {
    const [bob, carol] = [await world.household('Bob'), await world.household('Carol')];
    const id = await joined('closed-group', bob, carol);
    const said = await Promise.all(Array.from({ length: 10 }, (_, at) => (at % 2 ? bob : alice).phone.sdk.sessions.say(id, { body: `${at}` })));
    for (const { id: messageId } of said) await carol.phone.told('session.message', messageId);
    for (const { id: messageId } of said.filter((_, at) => at % 2 === 0)) await bob.phone.told('session.message', messageId);
    const carols = carol.phone.allTold('session.message').map(({ body }) => body);
    const bobs = bob.phone.allTold('session.message').map(({ body }) => body);
    expect(bobs).toEqual(carols.filter((body) => Number(body) % 2 === 0));
  });

  it('names the field of a request that does not fit', async () => {
    const { sdk } = alice.phone;
    const bob = await world.household('Bob');
    const { address } = bob.person;
    const start = (body: unknown) => outcomeAndErrors(sdk.call({ method: 'POST', path: '/cpm/v1/sessions', body }));
    expect(await start({ to: [], kind: 'one-to-one' })).toContain('to');
    expect(await start({ to: [address, alice.person.address, 'tel:+4915199999999'], kind: 'one-to-one' })).toContain('to');
    expect(await start({ to: [alice.person.address], kind: 'one-to-one' })).toContain('to');
    expect(await start({ to: [address], kind: 'open-group' })).toContain('kind');
    expect(await start({ to: ['bob'], kind: 'one-to-one' })).toContain('to[0]');
    const { id } = await sdk.sessions.start({ to: [address], kind: 'one-to-one' });
    expect(await outcomeOf(sdk.sessions.start({ id, to: [address], kind: 'long-lived-group' }))).toBe('409 id-reused');
    expect(await outcomeOf(bob.phone.sdk.sessions.view('no-such-session'))).toBe('404 unknown-session');
    expect(await outcomeOf(bob.phone.sdk.sessions.accept('no-such-session'))).toBe('404 unknown-session');
    expect(await outcomeAndErrors(sdk.call({ method: 'POST', path: `/cpm/v1/sessions/${id}/messages`, body: { contentType: 'text/plain' } }))).toContain('body');
  });
});

async function outcomeAndErrors(call: Promise<unknown>): Promise<readonly string[]> {
  return call.then(() => [], (error: unknown) => ((error as CpmProblem).errors ?? []).map(({ path }) => path));
}
