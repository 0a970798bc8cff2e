import { UCN_REF, ucnRef } from '@cpm/message-tags';
import { requirement } from '@cpm/runtime-decider';
import { Acceptance, until, type Household } from './acceptance.fixture.js';

const picture = Uint8Array.from({ length: 50_000 }, (_, at) => at % 251);
let world: Acceptance;
let alice: Household;
let bob: Household;

beforeAll(async () => {
  world = await Acceptance.start({ 'ucn.includeUrl': true, 'ucn.linkMaxUses': 2 });
  alice = await world.household('Alice');
  bob = await world.household('Bob', { tablet: {} });
  await world.smsOnly(bob);
}, 120_000);
afterAll(() => world.stop(), 60_000);

/** The link in the notification of a message. */
async function linkOf(id: string, { person }: Household = bob): Promise<string> {
  const { text } = await until(async () => (await world.stage.network.textsTo(person)).find((sms) => UCN_REF.exec(sms.text)?.[0] === ucnRef(id, person.address)));
  const url = /http\S+\/u\/[\w-]{22}/.exec(text)?.[0] ?? '';
  expect(url.startsWith(`${world.system.url}/u/`)).toBe(true);
  return url;
}

const flagsOf = async (id: string) => (await world.storeOf(bob.devices[1]!.sdk, bob.person.address)).find(({ correlationId }) => correlationId === id)?.flags.flag;

requirement('CPM-MLD-033', () => {
  it('leads from the notification of an image to the image, so often as it may, and the store learns that it was obtained', async () => {
    const { id: fileId } = await alice.phone.sdk.upload(picture, { contentType: 'image/jpeg', fileName: 'beach.jpg' });
    const { id } = await alice.phone.sdk.send({ to: [bob.person.address], fileId, contentType: 'image/jpeg' });
    const url = await linkOf(id);
    expect(await (await fetch(url)).text()).not.toContain('image/jpeg');
    const page = await (await fetch(url, { method: 'POST' })).text();
    const source = /src="([^"]+)"/.exec(page)?.[1] ?? '';
    const content = await fetch(new URL(source, url));
    expect(Buffer.from(await content.arrayBuffer()).equals(picture)).toBe(true);
    expect(await until(async () => (await flagsOf(id))?.includes('$UCN-Obtained') || undefined)).toBe(true);
    expect(await flagsOf(id)).not.toContain('\\Seen');
    expect((await fetch(url, { method: 'POST' })).status).toBe(200);
    expect((await fetch(url, { method: 'POST' })).status).toBe(410);
  });

  it('leads to a text that is too long for SMS, and nowhere once the recipient took it back', async () => {
    const body = `${'Dear Bob, '.repeat(300)}the end`;
    const { id } = await alice.phone.sdk.send({ to: [bob.person.address], body });
    const url = await linkOf(id);
    expect(await (await fetch(url, { method: 'POST' })).text()).toContain(body);
    await bob.devices[1]!.sdk.call({ method: 'DELETE', path: `/cpm/v1/messages/${id}/link` });
    expect((await fetch(url)).status).toBe(410);
  });

  it('leads nowhere once the sender took the message back', async () => {
    const carol = await world.household('Carol');
    await world.smsOnly(carol);
    world.system.smsc!.configure({ to: carol.person.number, receiptCopies: 0 });
    const { id } = await alice.phone.sdk.send({ to: [carol.person.address], body: 'Dear Carol, '.repeat(300) });
    const url = await linkOf(id, carol);
    expect((await fetch(url)).status).toBe(200);
    await alice.phone.sdk.call({ method: 'POST', path: `/cpm/v1/messages/${id}/revoke`, body: {} });
    await until(async () => (await fetch(url)).status === 410 || undefined);
  });

  const said = async (url: string, init?: RequestInit) => {
    const answer = await fetch(url, init);
    return { status: answer.status, referrer: answer.headers.get('referrer-policy'), cache: answer.headers.get('cache-control'), text: await answer.text() };
  };
  const tellsNothing = ({ text }: { text: string }) => ['jpeg', 'beach', alice.person.number, bob.person.number].every((word) => !text.includes(word));

  it('tells nothing of the message to who guesses, has no confirmation, or comes when the content has expired', async () => {
    const { id: fileId } = await alice.phone.sdk.upload(picture, { contentType: 'image/jpeg', fileName: 'beach.jpg' });
    const expiresAt = new Date(Date.now() + 10_000).toISOString();
    const { id } = await alice.phone.sdk.send({ to: [bob.person.address], fileId, contentType: 'image/jpeg', expiresAt });
    const url = await linkOf(id);
    const looked = await said(url);
    expect([looked.status, looked.referrer, looked.cache, tellsNothing(looked)]).toEqual([200, 'no-referrer', 'no-store', true]);
    for (const grant of ['', `?grant=${'A'.repeat(22)}`]) expect((await fetch(`${url}/content${grant}`)).ok).toBe(false);
    const guess = `${world.system.url}/u/${'A'.repeat(22)}`;
    for (const answer of [await said(guess), await said(guess, { method: 'POST' }), await said(`${guess}/content`)]) {
      expect([answer.status, answer.referrer, tellsNothing(answer)]).toEqual([404, 'no-referrer', true]);
      expect(answer.text).toMatch(/<p>[^<]{10,}/);
    }
    await until(async () => (await fetch(url)).status === 410 || undefined);
    for (const answer of [await said(url), await said(url, { method: 'POST' })]) expect([answer.status, tellsNothing(answer)]).toEqual([410, true]);
  });

  it('is of one recipient: another has one of his own, which outlives it', async () => {
    const dora = await world.household('Dora', { tablet: {} });
    await world.smsOnly(dora);
    const { id } = await alice.phone.sdk.send({ to: [bob.person.address, dora.person.address], body: 'Dear both, '.repeat(300) });
    const [bobs, doras] = [await linkOf(id), await linkOf(id, dora)];
    expect(bobs).not.toBe(doras);
    await bob.devices[1]!.sdk.call({ method: 'DELETE', path: `/cpm/v1/messages/${id}/link` });
    expect([(await fetch(bobs)).status, (await fetch(doras)).status]).toEqual([410, 200]);
  });
});
