import { randomBytes } from 'node:crypto';
import type { DispositionRequest } from '@cpm/client';
import { requirement } from '@cpm/runtime-decider';
import { Acceptance, AUTO_FILE, outcomeOf, until, type Household } from './acceptance.fixture.js';

let world: Acceptance;
let alice: Household;

beforeAll(async () => {
  world = await Acceptance.start();
  alice = await world.household('Alice');
}, 120_000);
afterAll(() => world.stop(), 60_000);

const photo = new Uint8Array(randomBytes(300_000));

async function offer(bob: Household, dispositionNotification: readonly DispositionRequest[] = ['positive-delivery', 'negative-delivery', 'display'], expiresAt?: string): Promise<string> {
  const { id: fileId } = await alice.phone.sdk.upload(photo, { contentType: 'image/jpeg', fileName: 'beach.jpg' });
  const { id } = await alice.phone.sdk.transfers.offer({ to: [bob.person.address], fileId, dispositionNotification, ...(expiresAt !== undefined && { expiresAt }) });
  return id;
}

requirement('CPM-MLD-019', () => {
  it('offers a file to the devices that can take it, with what they need to decide', async () => {
    const bob = await world.household('Bob', { tablet: {}, watch: { capabilities: { services: ['standalone', 'chat'] } } });
    const [phone, tablet, watch] = bob.devices;
    const id = await offer(bob);
    expect(await tablet!.told('file-transfer.invited', id)).toMatchObject({ from: alice.person.address, to: bob.person.address, fileName: 'beach.jpg', contentType: 'image/jpeg', size: photo.length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    await phone!.told('file-transfer.invited', id);
    await world.stage.operator.decision(id, { that: 'the watch is left out', fits: ({ form, reason }) => form === 'SKIP' && reason === 'capability' });
    expect(watch!.allTold('file-transfer.invited')).toEqual([]);
  });
});

requirement('CPM-MLD-020', () => {
  it('gives the file to the device that accepts and withdraws it elsewhere; the sender hears once, when it is there', async () => {
    const bob = await world.household('Bob', { tablet: {}, laptop: {} });
    const [phone, tablet, laptop] = bob.devices;
    const id = await offer(bob);
    await tablet!.told('file-transfer.invited', id);
    const fileUrl = await tablet!.sdk.transfers.accept(id);
    for (const other of [phone, laptop]) expect(await other!.told('file-transfer.cancelled', id)).toEqual({ id, reason: 'accepted-elsewhere', device: "Bob's tablet" });
    expect(await alice.phone.told('file-transfer.accepted', id)).toEqual({ id, recipient: bob.person.address });
    expect(alice.phone.reports(id)).toEqual([]);
    expect(await tablet!.download(fileUrl)).toEqual(photo);
    await alice.phone.reported(id, 'delivered');
    expect(await alice.phone.told('file-transfer.ended', id)).toEqual({ id, recipient: bob.person.address, reason: 'completed' });
    await tablet!.report(id, 'delivered');
    await tablet!.report(id, 'displayed');
    await alice.phone.reported(id, 'displayed');
    expect(alice.phone.reports(id)).toEqual(['delivered', 'displayed']);
  });

  it('has one winner of two acceptances at once, and the winner may repeat his', async () => {
    const bob = await world.household('Bob', { tablet: {} });
    const [phone, tablet] = bob.devices;
    const id = await offer(bob);
    await tablet!.told('file-transfer.invited', id);
    const outcomes = await Promise.all([phone, tablet].map((device) => outcomeOf(device!.sdk.transfers.accept(id))));
    expect([['ok', "409 accepted-elsewhere Bob's phone"], ["409 accepted-elsewhere Bob's tablet", 'ok']]).toContainEqual(outcomes);
    const winner = outcomes[0] === 'ok' ? phone : tablet;
    expect(await outcomeOf(winner!.sdk.transfers.accept(id))).toBe('ok');
  });

  it('lets the device whose connection broke at 40 % go on from there, and nobody else meanwhile', async () => {
    const bob = await world.household('Bob', { tablet: {} });
    const [phone, tablet] = bob.devices;
    // So large that what is left does not fit into the buffers of the connection: they would be taken for the device.
    const { id: fileId, size } = await alice.phone.sdk.upload(new Uint8Array(80_000_000), { contentType: 'video/mp4' });
    const { id } = await alice.phone.sdk.transfers.offer({ to: [bob.person.address], fileId, dispositionNotification: ['positive-delivery'] });
    await tablet!.told('file-transfer.invited', id);
    const fileUrl = await tablet!.sdk.transfers.accept(id);
    let got = 0;
    const reader = (await tablet!.sdk.download(fileUrl)).body!.getReader();
    while (got < size * 0.4) got += ((await reader.read()).value as Uint8Array).length;
    await reader.cancel();
    await world.stage.operator.decision(id, { that: 'the transfer is broken off', fits: ({ reason }) => reason === 'interrupted' });
    expect(await outcomeOf(phone!.sdk.transfers.accept(id))).toBe("409 accepted-elsewhere Bob's tablet");
    const rest = await (await tablet!.sdk.download(await tablet!.sdk.transfers.accept(id), { first: got })).arrayBuffer();
    expect(got + rest.byteLength).toBe(size);
    await alice.phone.reported(id, 'delivered');
  });

  it('aborts when the sender cancels after the acceptance: no report', async () => {
    const bob = await world.household('Bob', { tablet: {} });
    const [phone, tablet] = bob.devices;
    const id = await offer(bob);
    await tablet!.told('file-transfer.invited', id);
    await tablet!.sdk.transfers.accept(id);
    await alice.phone.sdk.transfers.cancel(id);
    expect(await tablet!.told('file-transfer.cancelled', id)).toEqual({ id, reason: 'cancelled-by-sender' });
    expect(await alice.phone.told('file-transfer.ended', id)).toEqual({ id, recipient: bob.person.address, reason: 'cancelled-by-sender' });
    await tablet!.report(id, 'delivered');
    expect(await outcomeOf(phone!.sdk.transfers.accept(id))).toBe('409 cancelled-by-sender');
    expect(alice.phone.reports(id)).toEqual([]);
  });

  it('ends everywhere when the user declines, and tells the sender', async () => {
    const bob = await world.household('Bob', { tablet: {} });
    const [phone, tablet] = bob.devices;
    const id = await offer(bob);
    await phone!.told('file-transfer.invited', id);
    await phone!.sdk.transfers.reject(id);
    expect(await tablet!.told('file-transfer.cancelled', id)).toEqual({ id, reason: 'rejected-elsewhere', device: "Bob's phone" });
    await alice.phone.toldOf('disposition', ({ messageId, status }) => messageId === id && status === 'failed');
    expect(await alice.phone.told('file-transfer.ended', id)).toMatchObject({ reason: 'rejected' });
  });

  it.each([[['negative-delivery'], ['failed']], [['positive-delivery'], []]] as const)('expires unanswered; a sender who asked for %j is told %j', async (requested, told) => {
    const bob = await world.household('Bob');
    const id = await offer(bob, requested, new Date(Date.now() + 2_500).toISOString());
    await bob.phone.told('file-transfer.invited', id);
    expect(await bob.phone.told('file-transfer.cancelled', id)).toEqual({ id, reason: 'expired' });
    expect(await alice.phone.told('file-transfer.ended', id)).toMatchObject({ reason: 'expired' });
    if (told.length > 0) await alice.phone.toldOf('disposition', ({ messageId }) => messageId === id);
    expect(alice.phone.reports(id)).toEqual(told);
    await world.stored(bob.phone.sdk, bob.person.address, id);
  });

  it('gives a file to a device that takes files by itself', async () => {
    const bob = await world.household('Bob', { tablet: AUTO_FILE });
    const [phone, tablet] = bob.devices;
    const id = await offer(bob);
    const given = await tablet!.told('file-transfer.accepted', id);
    expect(await tablet!.download(given.fileUrl!)).toEqual(photo);
    await alice.phone.reported(id, 'delivered');
    expect(phone!.allTold('file-transfer.invited')).toEqual([]);
  });
});

describe('the offer of a file', () => {
  it('goes to several people, each with an answer of his own', async () => {
    const [bob, carol] = [await world.household('Bob'), await world.household('Carol')];
    const { id: fileId } = await alice.phone.sdk.upload(photo, { contentType: 'image/jpeg' });
    const { id } = await alice.phone.sdk.transfers.offer({ to: [bob.person.address, carol.person.address], fileId, dispositionNotification: ['positive-delivery'] });
    for (const { phone } of [bob, carol]) await phone.told('file-transfer.invited', id);
    await carol.phone.sdk.transfers.reject(id);
    expect(await bob.phone.download(await bob.phone.sdk.transfers.accept(id))).toEqual(photo);
    await alice.phone.reported(id, 'delivered');
    const ends = await until(() => {
      const ended = alice.phone.allTold('file-transfer.ended').filter((end) => end.id === id);
      return ended.length === 2 ? ended : undefined;
    });
    expect(new Set(ends.map(({ recipient, reason }) => `${recipient} ${reason}`))).toEqual(new Set([`${bob.person.address} completed`, `${carol.person.address} rejected`]));
  });

  it('is refused with the field that is wrong', async () => {
    const bob = await world.household('Bob');
    const to = [bob.person.address];
    expect(await outcomeOf(alice.phone.sdk.transfers.offer({ to, fileId: 'nothing' }))).toBe('400 invalid-request');
    expect(await outcomeOf(bob.phone.sdk.transfers.accept('nothing'))).toBe('404 unknown-transfer');
    expect(await outcomeOf(alice.phone.sdk.transfers.cancel('nothing'))).toBe('404 unknown-message');
    const id = await offer(bob);
    const { id: other } = await alice.phone.sdk.upload(photo, { contentType: 'image/jpeg' });
    expect(await outcomeOf(alice.phone.sdk.transfers.offer({ id, to, fileId: other }))).toBe('409 id-reused');
  });
});
