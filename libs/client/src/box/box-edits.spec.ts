import { requirement } from '@cpm/runtime-decider';
import { InMemoryStore } from '../store/in-memory-store.js';
import { openBox, viewOf } from '../testing/box-under-test.js';
import { InMemoryNms, OTHER } from '../testing/in-memory-nms.js';
import type { Box } from './box.js';

let nms: InMemoryNms;
let box: Box;
let store: InMemoryStore;
const problems: string[] = [];
const rows = () => [...nms.objects.values()].filter(({ gone }) => gone === undefined);
const textsOf = (flag: string) => rows().filter(({ flags }) => flags.includes(flag)).map(({ attributes }) => attributes['TextContent']?.[0]);
const unansweredOnce = (fits: (path: string) => boolean) => {
  let isDone = false;
  nms.fault = (_, path) => {
    if (isDone || !fits(path)) return undefined;
    isDone = true;
    return 'unanswered';
  };
};

beforeEach(async () => {
  nms = new InMemoryNms();
  store = new InMemoryStore();
  problems.length = 0;
  box = await openBox(nms, { store });
  box.on('problem', ({ status, kind }) => problems.push(`${status} ${kind}`));
});
afterEach(() => box.close());

requirement('CPM-MLD-017', () => {
  it('shows at once what its user did, tells the server by adding and removing, and keeps what others set', async () => {
    const [a, b, c] = [nms.add({ text: 'a' }), nms.add({ text: 'b' }), nms.add({ text: 'c' })];
    await box.sync();
    await box.markRead(a, b);
    await box.flag(a, '\\Flagged');
    await box.remove(c);
    expect([box.unread, box.object(a)?.flags, box.object(c)]).toEqual([0, ['\\Seen', '\\Flagged'], undefined]);
    nms.addFlag(a, '$Forwarded');
    nms.requests.length = 0;
    await box.sync();
    expect(rows().map(({ id, flags }) => [id, ...flags])).toEqual([[a, '$Forwarded', '\\Seen', '\\Flagged'], [b, '\\Seen']]);
    expect(nms.count('bulkUpdate')).toBe(2);
    expect(nms.requests.filter((request) => request.startsWith('PUT'))).toEqual([]);
    expect(viewOf(box)).toEqual(nms.truth());
  });

  it('does not send what its user thought better of while something else was sent', async () => {
    await box.send({ id: 'first', to: [OTHER], body: 'a' });
    await box.send({ id: 'second', to: [OTHER], body: 'b' });
    nms.fault = (_, path) => {
      if (path.endsWith('/messages')) void box.discardUnsent('second');
      return undefined;
    };
    await box.sync();
    expect(nms.count('/messages')).toBe(1);
  });

  it('knows a draft by the id that it gave, also in the next run', async () => {
    const draft = await box.saveDraft({ text: 'a' });
    await box.sync();
    await box.close();
    box = await openBox(nms, { store });
    await box.updateDraft(draft, { text: 'b' });
    await box.sync();
    expect(rows().map(({ attributes }) => attributes['TextContent']?.[0])).toEqual(['b']);
  });

  it('keeps the order of what is done to one object', async () => {
    const a = nms.add({ text: 'a' });
    await box.sync();
    for (const act of [() => box.markRead(a), () => box.markUnread(a), () => box.flag(a, 'x'), () => box.unflag(a, 'x'), () => box.markRead(a)]) await act();
    await box.sync();
    expect(nms.objects.get(a)?.flags).toEqual(['\\Seen']);
  });

  it('remembers in the next run what the server has not heard', async () => {
    const a = nms.add({ text: 'a' });
    await box.sync();
    await box.markRead(a);
    await box.close();
    box = await openBox(nms, { store });
    expect(box.unread).toBe(0);
    await box.sync();
    expect(nms.objects.get(a)?.flags).toEqual(['\\Seen']);
  });

  it('lets removal win, and says nothing when another device was first', async () => {
    const [a, b] = [nms.add({ text: 'a' }), nms.add({ text: 'b' })];
    await box.sync();
    nms.remove(a);
    await box.flag(a, 'x');
    await box.flag(b, 'x');
    await box.remove(a);
    await box.sync();
    expect(problems).toEqual([]);
    expect(viewOf(box)).toEqual(nms.truth());
    expect((await store.load()).pending).toEqual([]);
  });

  it('does once what was done and not answered', async () => {
    const a = nms.add({ text: 'a' });
    await box.sync();
    await box.remove(a);
    await box.createFolder('Family');
    for (const path of ['bulkDelete', 'folders']) {
      unansweredOnce((called) => called.endsWith(path));
      await box.sync().catch(() => undefined);
    }
    await box.sync();
    expect([problems, [...nms.folders.values()].length]).toEqual([[], 1]);
    expect(viewOf(box)).toEqual(nms.truth());
  });

  it('tells of a refusal and takes back what it showed', async () => {
    const a = nms.add({ text: 'a' });
    await box.sync();
    const folder = await box.createFolder('Family');
    await box.createFolder('Within', folder);
    await box.move(a, folder);
    expect(box.object(a)?.folder).toBe('/main/Family');
    const changed: string[] = [];
    box.on('changed', ({ objects }) => changed.push(...objects));
    nms.fault = (method, path) => (method === 'POST' && path.endsWith('/folders') ? Response.json({ requestError: { serviceException: { messageId: 'SVC0002', text: 'taken' } } }, { status: 400 }) : undefined);
    await box.sync();
    expect(problems).toEqual(['400 SVC0002']);
    expect(viewOf(box)).toEqual(nms.truth());
    expect(changed).toContain(a);
  });

  it('tells of one of many that was refused, and of what the server cannot take now it keeps all', async () => {
    const [a, b] = [nms.add({ text: 'a' }), nms.add({ text: 'b' })];
    await box.sync();
    await box.remove(a, b);
    const answer = (...codes: readonly number[]) => Response.json({ bulkResponseList: { response: codes.map((code) => ({ code, reason: 'why' })) } }, { status: 206 });
    nms.fault = (_, path) => (path.endsWith('bulkDelete') ? answer(403, 503) : undefined);
    await expect(box.sync()).rejects.toThrow('503');
    expect(problems).toEqual(['403 delete']);
    expect(box.objects().map(({ id }) => id)).toEqual([a]);
    nms.fault = () => undefined;
    await box.sync();
    expect(rows().map(({ id }) => id)).toEqual([a]);
  });
});

requirement('CPM-MLD-016', () => {
  it('has folders as they are made, renamed and removed here, before and after the server has heard of it', async () => {
    const [a, b] = [nms.add({ text: 'a' }), nms.add({ text: 'b' })];
    await box.sync();
    const family = await box.createFolder('Family');
    const within = await box.createFolder('Photos', family);
    await box.move(a, within);
    await box.renameFolder(family, 'Friends');
    expect(box.folders.map(({ path }) => path)).toEqual(['/main/Friends', '/main/Friends/Photos']);
    expect(box.objects({ folder: '/main/Friends/Photos' }).map(({ id }) => id)).toEqual([a]);
    await box.sync();
    expect(viewOf(box)).toEqual(nms.truth());
    expect(box.folders.map(({ path }) => path)).toEqual(['/main/Friends', '/main/Friends/Photos']);
    await box.move(b, family);
    await box.removeFolder(within);
    expect(box.objects().map(({ id, folder }) => [id, folder])).toEqual([[b, '/main/Friends']]);
    await box.sync();
    expect(rows().map(({ id }) => id)).toEqual([b]);
    expect(viewOf(box)).toEqual(nms.truth());
  });

  it('has a draft on the other devices, and what becomes of it', async () => {
    const id = await box.saveDraft({ to: [OTHER], text: 'Dear' });
    expect(box.object(id)).toMatchObject({ text: 'Dear', party: OTHER, isUnread: false, flags: ['\\Draft', '\\Seen'] });
    await box.sync();
    const other = await openBox(nms, {}, 'urn:uuid:other');
    await other.sync();
    expect(other.objects()).toMatchObject([{ text: 'Dear' }]);
    await box.updateDraft(id, { to: [OTHER], text: 'Dear Bob' });
    expect(box.objects()).toMatchObject([{ text: 'Dear Bob' }]);
    await box.sync();
    await other.sync();
    expect(other.objects()).toMatchObject([{ text: 'Dear Bob' }]);
    await other.discardDraft(other.objects()[0]!.id);
    await other.sync();
    await box.sync();
    expect([box.objects(), other.objects()]).toEqual([[], []]);
    await other.close();
  });

  it('sends nothing of a draft that came and went without a connection', async () => {
    const id = await box.saveDraft({ text: 'a' });
    expect(await box.updateDraft(id, { text: 'b' })).toBe(id);
    await box.flag(id, '\\Flagged');
    await box.discardDraft(id);
    expect(box.objects()).toEqual([]);
    await box.sync();
    expect(nms.objects.size).toBe(0);
  });

  it.each<readonly [string, (id: string) => Promise<unknown>, readonly string[]]>([
    ['changed', (id) => box.updateDraft(id, { text: 'b' }), ['b']],
    ['removed', (id) => box.discardDraft(id), []],
  ])('has one draft or none when it is %s while the server may have it', async (_, act, expected) => {
    const id = await box.saveDraft({ text: 'a' });
    unansweredOnce((path) => path.endsWith('/objects'));
    await box.sync().catch(() => undefined);
    await act(id);
    expect(box.objects().map(({ text }) => text)).toEqual(expected);
    await box.sync();
    expect(textsOf('\\Draft')).toEqual(expected);
    expect(viewOf(box)).toEqual(nms.truth());
  });

  it.each<readonly [string, (id: string) => Promise<unknown>, readonly string[]]>([
    ['changed', (id) => box.updateDraft(id, { text: 'b' }), ['b \\Draft \\Seen']],
    ['flagged', (id) => box.flag(id, '\\Flagged'), ['a \\Draft \\Seen \\Flagged']],
    ['removed', (id) => box.discardDraft(id), []],
  ])('has what its user wants when a draft is %s before he can know that the server has it', async (_, act, expected) => {
    await box.sync();
    const id = await box.saveDraft({ text: 'a' });
    nms.fault = (_method, path) => (path.endsWith('/objects') ? 'unanswered' : 'unreached');
    await box.sync().catch(() => undefined);
    await act(id);
    const see = () => box.objects().map(({ text, flags }) => [text, ...flags].join(' '));
    expect(see()).toEqual(expected);
    // It comes from the store before the server answers.
    nms.fault = (_method, path) => (path.endsWith('/objects') ? 'unreached' : undefined);
    await box.sync().catch(() => undefined);
    expect(see()).toEqual(expected);
    nms.fault = () => undefined;
    await box.sync();
    expect(see()).toEqual(expected);
    expect(viewOf(box)).toEqual(nms.truth());
    expect(textsOf('\\Draft')).toHaveLength(expected.length);
  });

  it('knows a draft by the id it was saved under when the server has given another', async () => {
    const id = await box.saveDraft({ text: 'a' });
    await box.sync();
    expect(box.object(id)?.text).toBe('a');
    await box.updateDraft(id, { text: 'b' });
    await box.sync();
    expect(textsOf('\\Draft')).toEqual(['b']);
  });
});

describe('sending', () => {
  it('keeps a message until the server has it, once, and its copy takes its place', async () => {
    const id = await box.send({ to: [OTHER], body: 'hi' });
    expect(box.objects()).toMatchObject([{ id, state: 'unsent', text: 'hi', party: OTHER }]);
    unansweredOnce((path) => path.endsWith('/messages'));
    await box.sync().catch(() => undefined);
    await box.sync();
    expect(rows()).toHaveLength(1);
    expect(box.objects()).toMatchObject([{ id: rows()[0]!.id, state: 'stored', text: 'hi', messageId: id }]);
  });

  it('is not taken for done by a report about it', async () => {
    const id = await box.send({ to: [OTHER], body: 'hi' });
    nms.fault = (_, path) => (path.endsWith('/messages') ? 'unreached' : undefined);
    nms.add({ messageId: id, context: 'imdn-message', direction: 'In' });
    await box.sync().catch(() => undefined);
    expect(box.objects()).toMatchObject([{ id, state: 'unsent' }]);
  });

  it('is done with a message that was accepted and that a full search does not find any more', async () => {
    await box.sync();
    const id = await box.send({ to: [OTHER], body: 'hi' });
    nms.fault = (_, path) => (path.includes('/subscriptions/') ? 'unreached' : undefined);
    await box.sync().catch(() => undefined);
    expect(box.objects()).toMatchObject([{ id, state: 'accepted' }]);
    nms.objects.clear();
    nms.forgottenUpTo = 99;
    nms.fault = (_, path) => {
      if (path.endsWith('search')) nms.forgottenUpTo = -1;
      return undefined;
    };
    await box.sync();
    expect(box.objects()).toEqual([]);
  });

  it('takes no for an answer from the service only, not from something on the way that does not find it', async () => {
    const id = nms.add({ text: 'hi' });
    await box.sync();
    await box.remove(id);
    await box.send({ to: [OTHER], body: 'hi' });
    nms.fault = () => new Response('<h1>404</h1>', { status: 404 });
    await box.sync().catch(() => undefined);
    expect([problems, box.objects().map(({ state }) => state)]).toEqual([[], ['unsent']]);
    nms.fault = () => undefined;
    await box.sync();
    expect(nms.objects.get(id)?.gone).toBe('deleted');
    expect(box.objects()).toMatchObject([{ text: 'hi', state: 'stored' }]);
  });

  it('tells when it is refused, and keeps the message for its user', async () => {
    const id = await box.send({ to: [OTHER], body: 'hi' });
    nms.fault = (_, path) => (path.endsWith('/messages') ? Response.json({ type: 'urn:cpm:unknown-recipient' }, { status: 404 }) : undefined);
    await box.sync();
    expect(problems).toEqual(['404 unknown-recipient']);
    expect(box.objects()).toMatchObject([{ id, state: 'refused' }]);
    await box.discardUnsent(id);
    expect(box.objects()).toEqual([]);
  });
});
