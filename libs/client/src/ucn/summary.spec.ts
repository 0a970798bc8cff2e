import { ucnRef, ucnSummaryRef } from '@cpm/message-tags';
import { requirement } from '@cpm/runtime-decider';
import fc from 'fast-check';
import type { Box } from '../box/box.js';
import { InMemoryStore } from '../store/in-memory-store.js';
import { openBox, until } from '../testing/box-under-test.js';
import { InMemoryNms, OTHER, USER } from '../testing/in-memory-nms.js';

const FROM = OTHER.slice('tel:'.length);
const REF = ucnSummaryRef('summary|1-1', USER);
const photo = new Uint8Array(10).fill(7);
let nms: InMemoryNms;
let store: InMemoryStore;
let box: Box;
beforeEach(async () => {
  nms = new InMemoryNms();
  store = new InMemoryStore();
  box = await openBox(nms, { store });
});
afterEach(() => box.close());

const summary = (smsId = 'sms') => box.smsReceived({ from: FROM, text: `3 more images wait for you (${REF}).`, at: '2026-03-02T12:00:00Z', smsId });
const shown = () => box.objects().map(({ messageId }) => messageId).sort();
const notes = () => box.ucns.map(({ id, state }) => `${id} ${state}`);
const put = (...ids: readonly string[]) => new Map(ids.map((messageId) => [messageId, nms.add({ messageId, parts: [photo] })]));
const failAt = (place: number) => {
  let count = 0;
  nms.fault = (_, path) => (path.includes('payloadParts') && (count += 1) === place ? 'unreached' : undefined);
};

requirement('CPM-MLD-034', () => {
  it('discards a summary when all that it tells of is here, not before', async () => {
    put('a', 'b', 'c', 'other');
    nms.summarise(REF, ['a', 'b', 'c']);
    expect(await summary()).toBe('ucn');
    failAt(2);
    await expect(box.sync()).rejects.toThrow();
    expect([notes(), box.isCopy('sms'), shown()]).toEqual([['sms waiting'], false, ['a', 'c', 'other']]);
    nms.fault = () => undefined;
    await box.sync();
    expect([notes(), box.isCopy('sms'), shown()]).toEqual([[], true, ['a', 'b', 'c', 'other']]);
    await box.sync();
    expect(nms.reports.sort()).toEqual(['delivered a', 'delivered b', 'delivered c']);
    expect(box.unread).toBe(4);
  });

  it('is told what a summary stands for by what is still there: the rest is not to be had any more', async () => {
    await box.sync();
    const { a, b } = Object.fromEntries(put('a', 'b', 'c'));
    nms.summarise(REF, ['a', 'b', 'c']);
    nms.remove(a!, 'expired');
    nms.remove(b!);
    await summary();
    await box.sync();
    expect([notes(), shown()]).toEqual([['sms unavailable'], ['c']]);
    await box.removeUcn('sms');
    expect(notes()).toEqual([]);
  });

  it('says that it is not available when all that a summary tells of went before this device knew of it', async () => {
    await box.sync();
    const all = put('a', 'b');
    nms.summarise(REF, ['a', 'b']);
    for (const id of all.values()) nms.remove(id);
    await summary();
    expect(notes()).toEqual(['sms waiting']);
    await box.sync();
    expect([notes(), nms.reports]).toEqual([['sms unavailable'], []]);
  });

  it('waits for what goes while it waits no longer', async () => {
    const { b } = Object.fromEntries(put('a', 'b'));
    nms.summarise(REF, ['a', 'b']);
    await summary();
    nms.fault = (_, path) => (path.includes('payloadParts') ? 'unreached' : undefined);
    await expect(box.sync()).rejects.toThrow();
    nms.fault = () => undefined;
    nms.remove(b!);
    await box.sync();
    expect([notes(), shown()]).toEqual([['sms unavailable'], ['a']]);
  });

  it('takes a summary back when its originals come after all', async () => {
    await summary();
    await box.sync();
    expect(notes()).toEqual(['sms unavailable']);
    put('a', 'b');
    nms.summarise(REF, ['a', 'b']);
    await box.sync();
    expect([notes(), shown()]).toEqual([[], ['a', 'b']]);
  });

  it('does not say that it is not available while the store is not known', async () => {
    put('a');
    nms.summarise(REF, ['a']);
    nms.fault = (_, path) => (path.endsWith('search') ? 'unreached' : undefined);
    await summary();
    await expect(box.sync()).rejects.toThrow();
    box.online();
    await until(() => nms.count('search') > 1);
    expect(notes()).toEqual(['sms waiting']);
  });

  it('still waits in the next run, and shows no SMS besides originals that were here before it', async () => {
    put('a', 'b');
    await box.sync();
    await summary();
    await box.close();
    box = await openBox(nms, { store });
    nms.summarise(REF, ['a', 'b']);
    await box.sync();
    expect([notes(), box.isCopy('sms'), await summary()]).toEqual([[], true, 'copy']);
  });

  it('keeps the first notification and the summary apart', async () => {
    put('first', 'a', 'b');
    nms.summarise(REF, ['a', 'b']);
    await box.smsReceived({ from: FROM, text: `A picture ${ucnRef('first', USER)}`, at: '2026-03-02T12:00:00Z', smsId: 'one' });
    await summary();
    failAt(3);
    await expect(box.sync()).rejects.toThrow();
    expect(notes().length).toBe(1);
    nms.fault = () => undefined;
    await box.sync();
    expect([notes(), shown()]).toEqual([[], ['a', 'b', 'first']]);
  });

  it('ends with all originals in the place of their summary, whatever fails and comes when', async () => {
    const act = fc.constantFrom('sync', 'sync', 'sms', 'name', 'restart', 'flag');
    await fc.assert(fc.asyncProperty(fc.array(act, { maxLength: 10, size: 'max' }), fc.infiniteStream(fc.boolean()), async (acts, failures) => {
      nms = new InMemoryNms();
      store = new InMemoryStore();
      box = await openBox(nms, { store });
      const ids = put('a', 'b', 'c');
      nms.fault = (_, path) => (path.includes('payloadParts') && failures.next().value ? 'unreached' : undefined);
      let isTold = false;
      const check = async () => {
        const here = await Promise.all([...ids.values()].map(async (id) => (await store.content(id, 1)).length > 0));
        if (isTold && (await store.load()).ucns.length === 0) expect(here).toEqual([true, true, true]);
      };
      for (const one of acts) {
        if (one === 'sms') isTold = (await summary()) === 'ucn' || isTold;
        else if (one === 'name') nms.summarise(REF, ['a', 'b', 'c']);
        else if (one === 'flag') nms.addFlag(ids.get('b')!, '\\Flagged');
        else if (one === 'restart') {
          await box.close();
          box = await openBox(nms, { store });
        } else await box.sync().catch(() => undefined);
        await check();
      }
      nms.fault = () => undefined;
      nms.summarise(REF, ['a', 'b', 'c']);
      await summary();
      await box.sync();
      expect([notes(), shown(), box.isCopy('sms')]).toEqual([[], ['a', 'b', 'c'], true]);
      await check();
    }), { numRuns: 150 });
  });
});
