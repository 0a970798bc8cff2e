import { randomBytes } from 'node:crypto';
import { tokenHash } from '@cpm/message-tags';
import { requirement } from '@cpm/runtime-decider';
import type { MongoService } from '@cpm/testing-containers';
import fc from 'fast-check';
import { address, startDatabase, until } from '../edge-world.fixture.js';
import { LinkBook } from './link-book.js';
import { alice, alicePhone, bob, LinkStage } from './link-stage.fixture.js';

const picture = randomBytes(600_000);
let mongo: MongoService;
let stage: LinkStage;

beforeAll(async () => {
  mongo = await startDatabase();
}, 60_000);
afterAll(async () => mongo.stop());
beforeEach(async () => {
  stage = await LinkStage.start(mongo, { EDGE_LINK_GUESSES_PER_MIN: 10 });
});
afterEach(async () => stage.world.stop());

const image = async (change: Parameters<LinkStage['offer']>[0] = {}) => stage.linked({ contentType: 'image/png', contentId: await stage.upload(picture, 'image/png') }, change);
const text = (body: string, change: Parameters<LinkStage['offer']>[0] = {}) => stage.linked({ contentType: 'text/plain', text: body }, change);
const bytes = async (response: Response) => Buffer.from(await response.arrayBuffer());

requirement('CPM-MLD-033', () => {
  it('tells nothing of the message before it is confirmed: the page is the same for every one', async () => {
    await image();
    const shown = async () => {
      const response = await stage.call('GET');
      const told = [...response.headers].filter(([name]) => name !== 'date' && name !== 'x-request-id');
      return { status: response.status, told: JSON.stringify(told), page: await response.text() };
    };
    const first = await shown();
    expect(first).toMatchObject({ status: 200, page: expect.stringContaining('<form method="post">') });
    expect(`${first.told}${first.page}`).not.toMatch(/png|600000|600 kB|49151/);
    const message = fc.record({ text: fc.string({ unit: 'grapheme' }), contentType: fc.constantFrom('text/plain', 'image/png', 'application/pdf'), from: fc.integer({ min: 3, max: 999 }).map(address) });
    await fc.assert(fc.asyncProperty(message, async (any) => {
      await stage.linked(any);
      expect(await shown()).toEqual(first);
    }), { numRuns: 20 });
  });

  it('is a small page without script that fits a phone', async () => {
    await text('Hello');
    const page = await (await stage.call('GET')).text();
    expect(page).toContain('name="viewport"');
    expect(page).not.toContain('<script');
    expect(Buffer.byteLength(page)).toBeLessThan(6_000);
  });

  it('may not be kept, framed, indexed or handed on', async () => {
    await text('Hello');
    for (const response of [await stage.call('GET'), await stage.call('POST'), await stage.call('GET', { token: 'x'.repeat(22) })]) {
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'referrer-policy': 'no-referrer', 'cache-control': 'no-store', 'x-robots-tag': expect.stringContaining('noindex'), 'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringMatching(/^default-src 'none'; .*frame-ancestors 'none'$/), 'content-type': 'text/html; charset=utf-8',
      });
    }
  });

  it.each([['de-AT, en;q=0.5', 'de', 'Nachricht anzeigen'], ['ja, fr;q=0.9, en;q=0.1', 'fr', 'Afficher le message'], ['ja', 'en', 'Show the message'], ['de;q=0, en', 'en', 'Show the message']])('speaks to %s in %s', async (language, tag, words) => {
    await text('Hello');
    const page = await stage.call('GET', { language });
    expect(page.headers.get('content-language')).toBe(tag);
    expect(await page.text()).toContain(words);
  });

  it('shows a text as text, whatever is in it', async () => {
    await text('<script>alert(1)</script> & "more"\nNext line');
    const page = await stage.call('POST');
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain('&#60;script&#62;alert(1)&#60;/script&#62; &#38; &#34;more&#34;\nNext line');
    expect(html).toContain(`From ${alice.slice(4)}`);
    expect(html).not.toContain('<script');
  });

  it('shows a stored text, too', async () => {
    await stage.linked({ contentType: 'text/plain; charset=utf-8', contentId: await stage.upload(Buffer.from('ä'.repeat(200_000)), 'text/plain') });
    expect(await (await stage.call('POST')).text()).toContain('ä'.repeat(200_000));
  });

  it.each([['text/plain; charset=ISO-8859-1', 'latin1'], ['text/plain; charset=nothing', 'utf8']] as const)('reads a stored text as %s', async (contentType, encoding) => {
    await stage.linked({ contentType, contentId: await stage.upload(Buffer.from('Grüße', encoding), 'text/plain') });
    expect(await (await stage.call('POST')).text()).toContain('Grüße');
  });

  it.each([['image/png', '<img'], ['video/mp4', '<video controls'], ['audio/mpeg', '<audio controls'], ['application/pdf', '<a class="act" download']])('shows %s by %s', async (contentType, element) => {
    await stage.linked({ contentType, contentId: await stage.upload(picture, contentType) });
    const html = await (await stage.call('POST')).text();
    expect(html).toContain(element);
    expect(html).toContain('Plan «B».bin');
  });

  it('gives the content with the grant of a confirmation, whole or in part, and so that no browser runs it', async () => {
    await image();
    const url = await stage.confirmed();
    const whole = await fetch(url);
    expect([whole.status, picture.equals(await bytes(whole))]).toEqual([200, true]);
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-type': 'image/png', 'content-security-policy': "default-src 'none'; sandbox", 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer',
      'content-disposition': "attachment; filename*=UTF-8''Plan%20%C2%ABB%C2%BB.bin",
    });
    const part = await fetch(url, { headers: { range: 'bytes=10-19' } });
    expect([part.status, part.headers.get('content-range'), picture.subarray(10, 20).equals(await bytes(part))]).toEqual([206, `bytes 10-19/${picture.length}`, true]);
    expect((await fetch(url, { headers: { range: `bytes=${picture.length}-` } })).status).toBe(416);
  });

  it('gives nothing without a grant, nor with that of another link, nor with an old one', async () => {
    await image();
    const url = await stage.confirmed();
    for (const wrong of ['', '?grant=', `?grant=${'x'.repeat(22)}`, `?grant=${stage.token}`]) expect((await fetch(url.replace(/\?.*/, wrong))).status).toBe(410);
    const other = await LinkStage.start(mongo);
    await other.linked({ contentType: 'text/html', text: '<b>x</b>' });
    expect((await fetch(`${other.world.url}/u/${other.token}/content${new URL(url).search}`)).status).toBe(410);
    await other.world.stop();
    await stage.collection('client-edge.link-uses').updateOne({ _id: tokenHash(stage.token) }, { $set: { 'grants.$[].until': Date.now() } });
    expect((await fetch(url)).status).toBe(410);
  });

  it('is used by confirmations only, so often as it may, and not a time more when many come at once', async () => {
    await image({ maxUses: 3 });
    for (const method of ['GET', 'HEAD', 'GET'] as const) expect((await stage.call(method)).status).toBe(200);
    const url = await stage.confirmed();
    const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await stage.call('POST')).status));
    expect(statuses.sort()).toEqual([200, 200, 410, 410, 410, 410, 410, 410]);
    expect([(await stage.call('GET')).status, (await fetch(url)).status]).toEqual([410, 200]);
  });

  it('looks the same when it never was, has ended, was used up or taken back', async () => {
    const pages: string[] = [];
    const expectGone = async (status: number, token = stage.token) => {
      for (const method of ['GET', 'POST'] as const) {
        const response = await stage.call(method, { token });
        expect(response.status).toBe(status);
        pages.push(JSON.stringify([await response.text(), [...response.headers.keys()].sort()]));
      }
    };
    await expectGone(404, 'x'.repeat(22));
    await expectGone(404, 'a%00b');
    await text('Hello', { expiresAt: Date.now() - 1 });
    await expectGone(410);
    await text('Hello', { maxUses: 0 });
    await expectGone(410);
    await text('Hello');
    await stage.removeMessage();
    await expectGone(410);
    await text('Hello');
    await stage.revoke();
    await expectGone(410);
    expect(new Set(pages).size).toBe(1);
  });

  it('is taken back by a device of its recipient, with what it granted, and by nobody else', async () => {
    await image();
    const url = await stage.confirmed();
    expect((await stage.revoke('m1', { user: alice, device: alicePhone })).status).toBe(404);
    expect((await stage.revoke('m2')).status).toBe(404);
    expect((await fetch(url)).status).toBe(200);
    expect([(await stage.revoke()).status, (await stage.revoke()).status]).toEqual([204, 204]);
    expect((await fetch(url)).status).toBe(410);
  });

  it('ends with its file', async () => {
    const contentId = await stage.upload(picture, 'image/png');
    await stage.linked({ contentType: 'image/png', contentId });
    await stage.collection('content.files').updateOne({ _id: contentId }, { $set: { 'metadata.expiresAtMs': Date.now() } });
    expect((await stage.call('POST')).status).toBe(410);
    expect(await stage.collection('client-edge.link-uses').countDocuments()).toBe(0);
  });

  it('asks for patience while the message is not stored yet, and uses nothing up', async () => {
    await stage.offer();
    expect((await stage.call('GET')).status).toBe(200);
    const response = await stage.call('POST');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '60']);
    expect(await stage.collection('client-edge.link-uses').countDocuments()).toBe(0);
  });

  it('asks for patience in words while the database is away', async () => {
    await text('Hello');
    Object.assign(stage.world.app.get(LinkBook), { find: () => Promise.reject(new Error('no primary')) });
    const response = await stage.call('GET', { language: 'de' });
    expect([response.status, response.headers.get('cache-control')]).toEqual([503, 'no-store']);
    expect(await response.text()).toContain('Gerade nicht möglich');
    const content = await fetch(`${stage.world.url}/u/${stage.token}/content?grant=${'g'.repeat(22)}`);
    expect([content.status, content.headers.get('cache-control'), content.headers.get('retry-after')]).toEqual([503, 'no-store', '60']);
  });

  it('takes nobody for guessing because the database was away', async () => {
    await text('Hello');
    const book = stage.world.app.get(LinkBook);
    const find = book.find.bind(book);
    Object.assign(book, { find: () => Promise.reject(new Error('no primary')) });
    for (let round = 0; round < 12; round += 1) expect((await stage.call('GET')).status).toBe(503);
    Object.assign(book, { find });
    expect((await stage.call('GET')).status).toBe(200);
  });

  it('cannot be found by trying, and those who know one are not kept from it', async () => {
    await text('Hello');
    for (let round = 0; round < 12; round += 1) expect((await stage.call('GET')).status).toBe(200);
    const statuses = await Promise.all(Array.from({ length: 15 }, async (_, at) => (await stage.call('GET', { token: `guess${'x'.repeat(15)}${at}` })).status));
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(4);
    expect((await stage.call('GET')).status).toBe(429);
  });

  it('keeps neither its token nor a grant', async () => {
    await image();
    const grant = new URL(await stage.confirmed()).searchParams.get('grant') as string;
    for (const { name } of await stage.world.connection.listCollections()) {
      if (name.startsWith('content.')) continue;
      const kept = JSON.stringify(await stage.collection(name).find().toArray());
      for (const secret of [stage.token, grant]) expect(kept).not.toContain(secret);
    }
  });

  it('tells the store once that all of the message was fetched, in one or in parts, and of nothing less', async () => {
    await image();
    const url = await stage.confirmed();
    const fetched = async (range: string) => bytes(await fetch(url, { headers: { range } }));
    await fetch(url, { method: 'HEAD' });
    await fetched('bytes=300000-');
    await fetched('bytes=0-99999');
    expect(stage.changes()).toEqual([]);
    await fetched('bytes=90000-300000');
    await until(async () => (await stage.collection('client-edge.link-uses').countDocuments({ obtained: true })) === 1);
    await fetched('bytes=0-');
    expect(stage.changes()).toMatchObject([{ user: bob, messageId: 'm1', party: alice, direction: 'In', change: 'obtained' }]);
  });

  it('tells the store of a text that was shown', async () => {
    await text('Hello');
    await stage.call('GET');
    expect(stage.changes()).toEqual([]);
    await (await stage.call('POST')).text();
    await until(() => stage.changes().length === 1);
    expect(stage.changes()).toMatchObject([{ user: bob, change: 'obtained' }]);
  });
});
