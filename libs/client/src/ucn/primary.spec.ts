import { ucnRef } from '@cpm/message-tags';
import { requirement } from '@cpm/runtime-decider';
import fc from 'fast-check';
import type { Box } from '../box/box.js';
import { InMemoryStore } from '../store/in-memory-store.js';
import { openBox, until } from '../testing/box-under-test.js';
import { InMemoryNms, OTHER, USER, type Fault } from '../testing/in-memory-nms.js';

const FROM = OTHER.slice('tel:'.length);
const photo = (length: number, fill = 7) => new Uint8Array(length).fill(fill);
let nms: InMemoryNms;
let store: InMemoryStore;
let box: Box;
beforeEach(async () => {
  nms = new InMemoryNms();
  store = new InMemoryStore();
  box = await openBox(nms, { store });
});
afterEach(() => box.close());

const notify = (messageId: string, smsId = `sms-${messageId}`) => box.smsReceived({ from: FROM, text: `You got a picture ${ucnRef(messageId, USER)}`, at: '2026-03-02T12:00:00Z', smsId });
const shown = () => box.objects().map(({ messageId }) => messageId);
const notes = () => box.ucns.map(({ id, state }) => `${id} ${state}`);

requirement('CPM-MLD-032', () => {
  it('fetches nothing before IP is there, and the originals of all notifications as soon as it is', async () => {
    nms.add({ messageId: 'm1', parts: [photo(10)] });
    nms.add({ messageId: 'm2', parts: [photo(20), photo(5)] });
    expect(await notify('m1')).toBe('ucn');
    await notify('m2');
    box.wake();
    expect([nms.requests, notes()]).toEqual([[], ['sms-m1 waiting', 'sms-m2 waiting']]);
    box.online();
    await until(() => box.ucns.length === 0);
    expect(shown()).toEqual(['m2', 'm1']);
    await until(() => nms.reports.length === 2);
    expect(nms.reports.sort()).toEqual(['delivered m1', 'delivered m2']);
  });

  it('synchronises at once when the notification comes while IP is there', async () => {
    box.online();
    await until(() => nms.count('subscriptions/') > 0);
    nms.add({ messageId: 'm1', parts: [photo(10)] });
    await notify('m1');
    await until(() => box.ucns.length === 0);
    expect(shown()).toEqual(['m1']);
  });

  it('takes nothing away that was read before the notification came', async () => {
    const id = nms.add({ messageId: 'm1', parts: [photo(10)], flags: ['\\Seen'] });
    await box.sync();
    await notify('m1');
    expect(shown()).toEqual(['m1']);
    await box.sync();
    expect([notes(), shown(), box.object(id)?.isUnread]).toEqual([[], ['m1'], false]);
  });

  it('keeps the notification when the synchronisation breaks off, and goes on from there', async () => {
    nms.add({ messageId: 'm1', parts: [photo(10)] });
    await notify('m1');
    let failures = 0;
    nms.fault = (_, path) => (path.endsWith('search') && (failures += 1) === 1 ? 'unreached' : undefined);
    await expect(box.sync()).rejects.toThrow();
    expect(notes()).toEqual(['sms-m1 waiting']);
    await box.sync();
    expect([notes(), shown()]).toEqual([[], ['m1']]);
  });
});

requirement('CPM-MLD-034', () => {
  it('puts the original in the place of its notification, at its own date, once all parts are here', async () => {
    nms.add({ messageId: 'm1', parts: [photo(10), photo(3)], date: '2026-03-01T08:00:00Z', requested: ['positive-delivery', 'display'] });
    nms.add({ messageId: 'later', text: 'later', date: '2026-03-01T09:00:00Z' });
    await notify('m1');
    nms.fault = (_, path) => (path.endsWith('payloadParts/2') ? 'unreached' : undefined);
    await expect(box.sync()).rejects.toThrow();
    expect([notes(), shown()]).toEqual([['sms-m1 waiting'], ['later']]);
    nms.fault = () => undefined;
    nms.requests.length = 0;
    await box.sync();
    expect([notes(), shown()]).toEqual([[], ['later', 'm1']]);
    expect(nms.count('payloadParts/1')).toBe(0);
    await box.sync();
    await box.sync();
    expect(nms.reports).toEqual(['delivered m1']);
    expect(box.unread).toBe(2);
  });

  it('tries again by itself when a part could not be had', async () => {
    nms.add({ messageId: 'm1', parts: [photo(10)] });
    await notify('m1');
    let failures = 0;
    nms.fault = (_, path) => (path.includes('payloadParts') && (failures += 1) < 3 ? new Response(null, { status: 503 }) : undefined);
    box.online();
    await until(() => box.ucns.length === 0);
    expect(failures).toBe(3);
  });

  it('still has the notification in the next run', async () => {
    await notify('m1');
    await box.close();
    box = await openBox(nms, { store });
    expect(notes()).toEqual(['sms-m1 waiting']);
    nms.add({ messageId: 'm1', parts: [photo(1)] });
    await box.sync();
    expect([notes(), shown()]).toEqual([[], ['m1']]);
  });

  it.each<readonly [string, (id: string) => void]>([
    ['expired', (id) => nms.remove(id, 'expired')],
    ['was deleted', (id) => nms.remove(id)],
    ['answers 404', () => { nms.fault = (_, path) => (path.includes('payloadParts') ? new Response(null, { status: 404 }) : undefined); }],
    ['answers 410', () => { nms.fault = (_, path) => (path.includes('payloadParts') ? new Response(null, { status: 410 }) : undefined); }],
  ])('says that it is not available when the original %s', async (_, act) => {
    await box.sync();
    const id = nms.add({ messageId: 'm1', parts: [photo(10)] });
    await notify('m1');
    act(id);
    await box.sync();
    await box.sync();
    expect([notes(), nms.reports]).toEqual([['sms-m1 unavailable'], []]);
    await box.removeUcn('sms-m1');
    expect(notes()).toEqual([]);
  });

  it('says that it is not available when a full search finds no original, and has it in its place should it come after all', async () => {
    await notify('m1');
    nms.add({ text: 'other' });
    await box.sync();
    expect(notes()).toEqual(['sms-m1 unavailable']);
    nms.add({ messageId: 'm1', parts: [photo(10)] });
    await box.sync();
    expect([notes(), shown(), nms.reports.length]).toEqual([[], ['m1', 'm-o1'], 0]);
    await box.sync();
    expect(nms.reports).toEqual(['delivered m1']);
  });

  it('says that it is not available when the original went so long ago that nobody knows of it', async () => {
    await box.sync();
    await notify('m1');
    nms.forgottenUpTo = 99;
    nms.fault = (_, path) => {
      if (path.endsWith('search')) nms.forgottenUpTo = -1;
      return undefined;
    };
    await box.sync();
    expect(notes()).toEqual(['sms-m1 unavailable']);
  });

  it('adds the original also when the user removed its notification', async () => {
    nms.add({ messageId: 'm1', parts: [photo(10)] });
    await notify('m1');
    await box.removeUcn('sms-m1');
    expect(notes()).toEqual([]);
    nms.fault = (_, path) => (path.includes('payloadParts') ? 'unreached' : undefined);
    await expect(box.sync()).rejects.toThrow();
    expect([notes(), shown(), nms.reports]).toEqual([[], ['m1'], []]);
    nms.fault = () => undefined;
    await box.sync();
    await box.sync();
    expect([notes(), shown(), nms.reports]).toEqual([[], ['m1'], ['delivered m1']]);
  });

  it('reports nothing when the original went while its content came', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const whole = nms.fetch;
    const late = async (url: string, init: RequestInit) => {
      const response = await whole(url, init);
      if (url.includes('payloadParts')) await promise;
      return response;
    };
    Object.assign(nms, { fetch: late });
    await box.close();
    box = await openBox(nms, { store });
    const id = nms.add({ messageId: 'm1', parts: [photo(1)] });
    await notify('m1');
    box.online();
    await until(() => nms.count('payloadParts') === 1);
    nms.remove(id);
    box.wake();
    await until(() => notes()[0] === 'sms-m1 unavailable');
    resolve();
    await until(async () => (await store.content(id, 1)).length === 1);
    await box.sync();
    expect([notes(), nms.reports]).toEqual([['sms-m1 unavailable'], []]);
  });

  it('lets go of the notification of what the user got by its link', async () => {
    nms.add({ messageId: 'm1', parts: [photo(10)], flags: ['$UCN-Obtained'], requested: ['display'] });
    await notify('m1');
    await box.sync();
    expect([notes(), shown(), nms.reports, nms.count('payloadParts')]).toEqual([[], ['m1'], [], 0]);
  });

  it('shows a text that came as SMS once, whichever came first', async () => {
    nms.add({ text: 'OK', date: '2026-03-02T12:00:00Z' });
    expect(await box.smsReceived({ from: FROM, text: 'OK', at: '2026-03-02T12:00:03Z', smsId: 'first' })).toBe('sms');
    const changed: string[] = [];
    box.on('changed', ({ sms }) => changed.push(...sms));
    await box.sync();
    expect([changed, box.isCopy('first')]).toEqual([['first'], true]);
    expect(await box.smsReceived({ from: FROM, text: 'OK', at: '2026-03-02T12:01:00Z', smsId: 'second' })).toBe('sms');
    nms.add({ text: 'Good', date: '2026-03-02T12:02:00Z' });
    await box.sync();
    expect(await box.smsReceived({ from: FROM, text: 'Good', at: '2026-03-02T12:02:03Z', smsId: 'third' })).toBe('copy');
    expect([box.objects().length, box.isCopy('second')]).toEqual([2, false]);
    nms.remove('o1');
    await box.sync();
    expect(box.isCopy('first')).toBe(true);
  });

  it('does not take the words of a message for a notification', async () => {
    nms.add({ text: 'Order #123456 is there', date: '2026-03-02T12:00:00Z' });
    expect(await box.smsReceived({ from: FROM, text: 'Order #123456 is there', at: '2026-03-02T12:00:03Z', smsId: 's' })).toBe('ucn');
    await box.sync();
    expect([notes(), box.isCopy('s')]).toEqual([[], true]);
  });

  it.each(['by IP', 'by the link'])('shows no SMS besides the original that it told of, got %s, whenever it is told again, and any other always', async (way) => {
    nms.add({ messageId: 'm1', parts: [photo(1)], flags: way === 'by IP' ? [] : ['$UCN-Obtained'] });
    await notify('m1');
    const code = { from: '+4930123456', text: 'Your code is #123456', at: '2026-03-02T12:00:00Z', smsId: 'code' };
    await box.smsReceived(code);
    expect([box.isCopy('sms-m1'), box.isCopy('code')]).toEqual([false, false]);
    const changed: string[] = [];
    box.on('changed', ({ sms }) => changed.push(...sms));
    await box.sync();
    await box.sync();
    await box.smsReceived({ from: FROM, text: 'Hello', at: '2026-04-02T12:00:00Z', smsId: 'later' });
    const reports = nms.reports.length;
    expect([await notify('m1'), await box.smsReceived(code)]).toEqual(['copy', 'ucn']);
    await box.sync();
    await box.sync();
    expect([changed, box.isCopy('sms-m1'), box.isCopy('code'), nms.reports.length]).toEqual([['sms-m1', 'later'], true, false, reports]);
    expect(box.ucns.map(({ id }) => id)).toEqual(['code']);
  });

  it('takes no notification up again that its user removed, whenever it is told again', async () => {
    await box.smsReceived({ from: FROM, text: 'https://op.example/u/0123456789abcdefghijkl', at: '2026-03-02T12:00:00Z', smsId: 'link' });
    await box.removeUcn('link');
    await box.smsReceived({ from: FROM, text: 'Hello', at: '2026-04-02T12:00:00Z', smsId: 'later' });
    await box.smsReceived({ from: FROM, text: 'https://op.example/u/0123456789abcdefghijkl', at: '2026-03-02T12:00:00Z', smsId: 'link' });
    expect(notes()).toEqual([]);
  });

  it('refuses an SMS whose date nobody can read: it would pass for a copy of anything with its words', async () => {
    nms.add({ text: 'OK', date: '2020-03-02T12:00:00Z' });
    await box.sync();
    await expect(box.smsReceived({ from: FROM, text: 'OK', at: '1772452800000' })).rejects.toThrow(RangeError);
  });

  it('says so when an original is refused for good', async () => {
    nms.add({ messageId: 'm1', parts: [photo(10)] });
    await notify('m1');
    const problems: number[] = [];
    box.on('problem', ({ status }) => problems.push(status));
    nms.fault = (_, path) => (path.includes('payloadParts') ? new Response(null, { status: 403 }) : undefined);
    box.online();
    await until(() => problems.length > 0);
    expect([problems[0], notes()]).toEqual([403, ['sms-m1 waiting']]);
  });

  it('counts an SMS once that is told twice', async () => {
    nms.add({ messageId: 'm1', parts: [photo(1)] });
    await notify('m1');
    await box.sync();
    await notify('m1');
    expect(notes()).toEqual([]);
  });

  it('discards no notification before its original is here with all its bytes, whatever happens', async () => {
    const part = fc.integer({ min: 0, max: 40 });
    const fault = fc.constantFrom<Fault | 'cut' | 'wrong range' | 'whole'>(undefined, undefined, 'unreached', 'unanswered', 'cut', 'wrong range', 'whole');
    const act = fc.constantFrom('sync', 'sync', 'sync', 'sms', 'remove-ucn', 'restart', 'flag');
    await fc.assert(fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 3 }), fc.array(act, { maxLength: 12 }), fc.infiniteStream(fault), async (sizes, acts, faults) => {
      nms = new InMemoryNms();
      store = new InMemoryStore();
      box = await openBox(nms, { store });
      const id = nms.add({ messageId: 'm1', parts: sizes.map((size, place) => photo(size, place)) });
      const whole = nms.fetch;
      Object.assign(nms, {
        fetch: async (url: string, init: RequestInit) => {
          const how = url.includes('payloadParts') ? (faults.next().value as Fault | 'cut' | 'wrong range' | 'whole') : undefined;
          nms.fault = () => (how === 'unreached' || how === 'unanswered' ? how : undefined);
          const response = await whole(url, how === 'whole' ? {} : init);
          if (how === 'cut') return new Response((await response.arrayBuffer()).slice(0, 5), response);
          return how === 'wrong range' ? new Response(await response.arrayBuffer(), { status: 206, headers: { 'content-range': 'bytes 3-9/4' } }) : response;
        },
      });
      await box.close();
      box = await openBox(nms, { store });
      const isComplete = async () => {
        for (const [place, size] of sizes.entries()) {
          const pieces = await store.content(id, place + 1);
          if (pieces.reduce((sum, { bytes }) => sum + bytes.length, 0) !== size || pieces.some(({ bytes }) => bytes.some((byte) => byte !== place))) return false;
        }
        return true;
      };
      let isTold = false;
      const check = async () => {
        const isHere = (await store.load()).ucns.length > 0;
        if (isTold && !isHere) expect(await isComplete()).toBe(true);
        if (box.ucns.length > 0) expect(shown()).toEqual([]);
      };
      for (const one of acts) {
        if (one === 'sms') {
          await notify('m1');
          isTold = true;
        } else if (one === 'remove-ucn') await box.removeUcn('sms-m1');
        else if (one === 'flag') nms.addFlag(id, '\\Flagged');
        else if (one === 'restart') {
          await box.close();
          box = await openBox(nms, { store });
        } else await box.sync().catch(() => undefined);
        await check();
      }
      Object.assign(nms, { fetch: whole });
      nms.fault = () => undefined;
      await box.close();
      box = await openBox(nms, { store });
      await box.sync();
      await box.sync();
      expect([box.ucns, shown()]).toEqual([[], ['m1']]);
      await check();
      expect(nms.reports.filter((report) => report !== 'delivered m1')).toEqual([]);
    }), { numRuns: 200 });
  });
});
