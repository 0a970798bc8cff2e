import { requirement } from '@cpm/runtime-decider';
import fc from 'fast-check';
import type { Box } from '../box/box.js';
import { InMemoryStore } from '../store/in-memory-store.js';
import type { Batch } from '../store/local-store.js';
import { boxEvent, happen } from '../testing/box-changes.js';
import { openBox, until, viewOf } from '../testing/box-under-test.js';
import { InMemoryNms, OTHER, type Fault } from '../testing/in-memory-nms.js';
import type { SyncProgress } from './box-sync.js';

const DELTA = /subscriptions\/.+/;
const boxes: Box[] = [];
let nms: InMemoryNms;
beforeEach(() => {
  nms = new InMemoryNms();
});
afterEach(async () => {
  await Promise.all(boxes.splice(0).map((box) => box.close()));
});

async function boxWith(...args: Parameters<typeof openBox> extends [unknown, ...infer Rest] ? Rest : never): Promise<Box> {
  const box = await openBox(nms, ...args);
  boxes.push(box);
  return box;
}

/** A store that fails at its nth batch, as a crash does. */
class CrashingStore extends InMemoryStore {
  constructor(private left: number) {
    super();
  }

  override async apply(batch: Batch): Promise<void> {
    this.left -= 1;
    if (this.left === 0) throw new Error('crash');
    await super.apply(batch);
  }
}

requirement('CPM-MLD-016', () => {
  it('subscribes before it searches, newest first, page by page, and then asks for changes only', async () => {
    for (let place = 0; place < 5; place += 1) nms.add({ text: `${place}` });
    nms.addFolder('Family');
    const box = await boxWith({ pageSize: 2 });
    const progress: SyncProgress[] = [];
    const newest: (string | undefined)[] = [];
    box.on('progress', (told) => {
      progress.push(told);
      newest.push(box.objects().at(-1)?.text);
    });
    await box.sync();
    expect(nms.requests.map((request) => request.replace(/\/nms\/v1\/base\/[^/]+/, '').replace(/urn.+/, 'ID'))).toEqual([
      'POST /subscriptions', 'GET /folders', ...Array.from({ length: 3 }, () => 'POST /objects/operations/search'), 'POST /subscriptions/s-ID',
    ]);
    expect(progress).toEqual([{ objects: 2, done: false }, { objects: 4, done: false }, { objects: 5, done: true }]);
    expect(newest).toEqual(['3', '1', '0']);
    expect(viewOf(box)).toEqual(nms.truth());
    await box.sync();
    expect(nms.count('search')).toBe(3);
  });

  it('misses nothing that changes while it searches', async () => {
    for (let place = 0; place < 4; place += 1) nms.add({ text: `${place}` });
    const box = await boxWith({ pageSize: 1 });
    let round = 0;
    nms.fault = (_, path) => {
      if (!path.endsWith('search')) return undefined;
      round += 1;
      nms.add({ text: 'late', date: '2020-01-01T00:00:00Z' });
      nms.remove(`o${round}`);
      nms.addFlag('o4', `f${round}`);
      return undefined;
    };
    await box.sync();
    expect(viewOf(box)).toEqual(nms.truth());
  });

  it('gets the difference after days offline, removals too, list by list', async () => {
    for (let place = 0; place < 5; place += 1) nms.add({ text: `${place}` });
    const box = await boxWith();
    await box.sync();
    nms.listLimit = 2;
    nms.remove('o1');
    nms.remove('o2', 'expired');
    nms.addFlag('o3', '\\Seen');
    nms.add({ text: 'new' });
    nms.requests.length = 0;
    await box.sync();
    expect(viewOf(box)).toEqual(nms.truth());
    expect(nms.requests.filter((request) => DELTA.test(request))).toHaveLength(2);
    expect(nms.count('search')).toBe(0);
  });

  it('searches all again when its token is too old, and what is not there any more goes', async () => {
    const store = new InMemoryStore();
    const box = await boxWith({ store, pageSize: 2 });
    for (let place = 0; place < 5; place += 1) nms.add({ text: `${place}` });
    const folder = nms.addFolder('Old');
    await box.sync();
    nms.remove('o2');
    nms.removeFolder(folder);
    nms.add({ text: 'new' });
    nms.objects.delete('o2');
    nms.folders.delete(folder);
    nms.forgottenUpTo = 99;
    nms.fault = (_, path) => {
      if (path.endsWith('search')) nms.forgottenUpTo = -1;
      return undefined;
    };
    await box.sync();
    expect(viewOf(box)).toEqual(nms.truth());
    expect((await store.load()).position?.searching).toBeUndefined();
  });

  it('goes on from the cursor that it has after a break, in the next run as well', async () => {
    for (let place = 0; place < 5; place += 1) nms.add({ text: `${place}` });
    const store = new InMemoryStore();
    const first = await boxWith({ store, pageSize: 2 });
    let searches = 0;
    nms.fault = (_, path) => (path.endsWith('search') && (searches += 1) === 2 ? 'unanswered' : undefined);
    await expect(first.sync()).rejects.toThrow();
    const second = await boxWith({ store, pageSize: 2 });
    await second.sync();
    expect(searches).toBe(4);
    expect(viewOf(second)).toEqual(nms.truth());
  });

  it('begins the search anew when the cursor is not known any more', async () => {
    for (let place = 0; place < 5; place += 1) nms.add({ text: `${place}` });
    const box = await boxWith({ pageSize: 2 });
    let searches = 0;
    nms.fault = (_, path) => (path.endsWith('search') && (searches += 1) === 2 ? Response.json({}, { status: 400 }) : undefined);
    await box.sync();
    expect(viewOf(box)).toEqual(nms.truth());
  });

  it('makes its subscription anew when that is over, and goes on from its token', async () => {
    const box = await boxWith();
    await box.sync();
    nms.dropSubscriptions();
    nms.add({ text: 'new' });
    await box.sync();
    expect(viewOf(box)).toEqual(nms.truth());
    expect(nms.count('search')).toBe(1);
  });

  it('lets go of what is too old for its rules', async () => {
    nms.add({ text: 'old', date: '2026-01-01T00:00:00Z' });
    nms.add({ text: 'new', date: '2026-03-01T00:00:00Z' });
    const box = await boxWith();
    await box.sync();
    nms.setNotBefore('2026-02-01T00:00:00Z');
    await box.sync();
    expect(box.objects().map(({ text }) => text)).toEqual(['new']);
    nms.notBefore = '2026-04-01T00:00:00Z';
    await box.sync();
    expect(box.objects()).toEqual([]);
    nms.setNotBefore(undefined);
    await box.sync();
    expect(box.objects().map(({ text }) => text)).toEqual(['new', 'old']);
  });

  it('loses and repeats nothing when it ends at any moment', async () => {
    for (let crashAt = 1; crashAt < 9; crashAt += 1) {
      nms = new InMemoryNms();
      for (let place = 0; place < 4; place += 1) nms.add({ text: `${place}` });
      const store = new CrashingStore(crashAt);
      const first = await boxWith({ store, pageSize: 2 });
      await first.sync().catch(() => undefined);
      nms.remove('o1');
      nms.addFlag('o2', '\\Seen');
      nms.add({ text: 'new' });
      await first.sync().catch(() => undefined);
      const second = await boxWith({ store, pageSize: 2 });
      await second.sync().catch(() => second.sync());
      expect(viewOf(second)).toEqual(nms.truth());
    }
  });
});

describe('an exchange', () => {
  it('is one at a time, and what is asked for meanwhile is one more', async () => {
    const box = await boxWith();
    await box.sync();
    nms.requests.length = 0;
    await Promise.all(Array.from({ length: 10 }, () => box.sync()));
    expect(nms.count('subscriptions/')).toBeLessThanOrEqual(2);
    nms.requests.length = 0;
    box.online();
    for (let times = 0; times < 20; times += 1) box.wake();
    await until(() => nms.count('subscriptions/') >= 2);
    await box.sync();
    expect(nms.count('subscriptions/')).toBeLessThanOrEqual(3);
  });

  it('is tried again by itself from the same token after it failed', async () => {
    const box = await boxWith();
    await box.sync();
    nms.add({ text: 'new' });
    let failures = 0;
    nms.fault = (_, path) => (DELTA.test(path) && (failures += 1) <= 2 ? Response.json({}, { status: failures === 1 ? 401 : 503 }) : undefined);
    box.online();
    await until(() => box.objects().length === 1);
    expect(failures).toBe(3);
  });

  it('takes what is to be had although what waits cannot be sent', async () => {
    const box = await boxWith();
    await box.send({ to: [OTHER], body: 'hi' });
    nms.add({ text: 'new' });
    nms.fault = (_, path) => (path.endsWith('/messages') ? Response.json({}, { status: 503 }) : undefined);
    await expect(box.sync()).rejects.toThrow('503');
    expect(box.objects({}).map(({ text }) => text).sort()).toEqual(['hi', 'new']);
  });

  it('waits while there is no connection', async () => {
    const box = await boxWith();
    box.wake();
    await box.send({ to: [OTHER], body: 'hi' });
    expect(nms.requests).toEqual([]);
    box.online();
    await until(() => nms.count('/messages') === 1);
  });

  it('tells what the server refuses for good', async () => {
    const box = await boxWith();
    const problems: string[] = [];
    box.on('problem', ({ kind, detail }) => problems.push(`${kind} ${detail}`));
    nms.fault = () => Response.json({ requestError: { policyException: { messageId: 'POL0001', text: '%1 is not yours', variables: ['box'] } } }, { status: 403 });
    box.online();
    await until(() => problems.length === 1);
    expect(problems).toEqual(['POL0001 box is not yours']);
  });
});

type Edit = { readonly device: number; readonly type: 'read' | 'unread' | 'flag' | 'unflag' | 'move' | 'remove' | 'draft' | 'update' | 'folder' | 'rename' | 'remove-folder' | 'send' | 'sync'; readonly at: number };

const edit: fc.Arbitrary<Edit> = fc.record({
  device: fc.nat({ max: 1 }), at: fc.nat({ max: 20 }),
  type: fc.constantFrom('read', 'unread', 'flag', 'unflag', 'move', 'remove', 'draft', 'update', 'folder', 'rename', 'remove-folder', 'send', 'sync', 'sync', 'sync'),
});

async function perform({ type, at }: Edit, box: Box): Promise<unknown> {
  const objects = box.objects({}).filter(({ state }) => state === 'stored');
  const { id = 'none', flags = [] } = objects[at % Math.max(objects.length, 1)] ?? {};
  const folder = box.folders[at % Math.max(box.folders.length, 1)]?.id;
  switch (type) {
    case 'read': return box.markRead(id);
    case 'unread': return box.markUnread(id);
    case 'flag': return box.flag(id, '\\Flagged');
    case 'unflag': return box.unflag(id, '\\Flagged');
    case 'move': return folder === undefined ? undefined : box.move(id, folder);
    case 'remove': return box.remove(id);
    case 'draft': return box.saveDraft({ to: [OTHER], text: `draft ${at}` });
    case 'update': return flags.includes('\\Draft') ? box.updateDraft(id, { text: `changed ${at}` }) : undefined;
    case 'folder': return box.createFolder(`own ${at}`, at % 2 === 0 ? folder : undefined);
    case 'rename': return folder === undefined ? undefined : box.renameFolder(folder, `renamed ${at}`);
    case 'remove-folder': return folder === undefined ? undefined : box.removeFolder(folder);
    case 'send': return box.send({ to: [OTHER], body: `sent ${at}` });
    case 'sync': return box.sync().catch(() => undefined);
  }
}

requirement('CPM-MLD-017', () => {
  it('has every device see the same, whatever two devices and others do at once and the network loses', async () => {
    const step = fc.oneof({ weight: 3, arbitrary: edit }, { weight: 1, arbitrary: boxEvent });
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.infiniteStream(fc.constantFrom<Fault>(undefined, undefined, undefined, 'unreached', 'unanswered')), async (steps, faults) => {
      nms = new InMemoryNms();
      nms.listLimit = 3;
      const stores = [new InMemoryStore(), new InMemoryStore()];
      const own = await Promise.all(stores.map((store, place) => boxWith({ store, pageSize: 3 }, `urn:uuid:${place}`)));
      nms.fault = () => faults.next().value as Fault;
      for (const one of steps) {
        if ('device' in one) await perform(one, own[one.device]!);
        else happen(one, nms);
      }
      nms.fault = () => undefined;
      for (const box of [...own, ...own]) await box.sync();
      for (const box of own) expect(viewOf(box)).toEqual(nms.truth());
      for (const store of stores) expect(await store.load()).toMatchObject({ pending: [], unsent: [] });
      const drafts = [...nms.objects.values()].filter(({ gone, flags }) => gone === undefined && flags.includes('\\Draft')).length;
      expect(drafts).toBeLessThanOrEqual(steps.filter(({ type }) => type === 'draft').length);
    }), { numRuns: 100 });
  });
});

it.each<readonly [string, number, (path: string) => boolean]>([
  ['its subscription', 404, (path) => path.includes('/subscriptions/')],
  ['the cursor of any search', 400, (path) => path.endsWith('search') && nms.requests.filter((request) => request.endsWith('search')).length % 2 === 0],
])('comes to an end though the server never knows %s again', async (_, status, fits) => {
  for (let place = 0; place < 5; place += 1) nms.add({ text: `${place}` });
  const box = await boxWith({ pageSize: 2 });
  nms.fault = (__, path) => {
    if (nms.requests.length > 100) return 'unreached';
    return fits(path) ? new Response(null, { status }) : undefined;
  };
  await expect(box.sync()).rejects.toMatchObject({ status });
  expect(nms.requests.length).toBeLessThan(30);
});
