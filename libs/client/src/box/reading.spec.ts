import { requirement } from '@cpm/runtime-decider';
import { openBox } from '../testing/box-under-test.js';
import { InMemoryNms, OTHER } from '../testing/in-memory-nms.js';
import type { Box } from './box.js';

const CAROL = 'tel:+4915110000003';
const DISPLAY = ['positive-delivery', 'display'];
let nms: InMemoryNms;
let box: Box;
beforeEach(async () => {
  nms = new InMemoryNms();
  box = await openBox(nms);
});
afterEach(() => box.close());

describe('reading', () => {
  beforeEach(async () => {
    nms.add({ text: 'one', date: '2026-03-01T10:00:00Z' });
    nms.add({ text: 'two', date: '2026-03-01T10:00:00Z', flags: ['\\Seen'] });
    nms.add({ text: 'three', date: '2026-03-01T11:00:00+02:00' });
    nms.add({ text: 'sent', date: '2026-03-01T12:00:00Z', direction: 'Out' });
    nms.add({ text: 'carol', date: '2026-03-01T08:00:00Z', folder: `main/${CAROL}` });
    nms.add({ context: 'imdn-message', date: '2026-03-01T13:00:00Z' });
    nms.add({ context: 'session-info', date: '2026-02-01T13:00:00Z' });
    await box.sync();
  });
  const texts = (query: Parameters<Box['objects']>[0]) => box.objects(query).map(({ text }) => text);

  it('gives what was asked for, newest first, whatever the zone', () => {
    expect(texts({})).toEqual(['sent', 'two', 'one', 'three', 'carol', undefined]);
    expect(texts({ unread: true })).toEqual(['one', 'three', 'carol']);
    expect(texts({ folder: `/main/${CAROL}` })).toEqual(['carol']);
    expect(texts({ party: OTHER, limit: 2 })).toEqual(['sent', 'two']);
  });

  it('gives page after page without loss, also where two are of one moment', () => {
    const seen: (string | undefined)[] = [];
    for (let page = box.objects({ limit: 2 }); page.length > 0; page = box.objects({ limit: 2, before: page.at(-1)! })) seen.push(...page.map(({ text }) => text));
    expect(seen).toEqual(texts({}));
  });

  it('counts what is unread by conversation, and in all', () => {
    expect(box.conversations().map(({ party, unread, objects, last }) => [party, unread, objects, last.text])).toEqual([[OTHER, 2, 5, 'sent'], [CAROL, 1, 1, 'carol']]);
    expect(box.unread).toBe(3);
  });

  it('tells what changed', async () => {
    const told: unknown[] = [];
    box.on('changed', ({ objects, folders }) => told.push([objects, folders]));
    nms.addFlag('o1', '\\Seen');
    nms.remove('o2');
    const folder = nms.addFolder('Family');
    await box.sync();
    expect(told).toEqual([[['o1', 'o2'], [folder]]]);
    expect(box.unread).toBe(2);
  });

  it('gives content, which is here from then on', async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const id = nms.add({ parts: [new Uint8Array([9]), bytes] });
    await box.sync();
    expect([...new Uint8Array(await (await box.read(id, 2)).arrayBuffer())]).toEqual([1, 2, 3]);
    nms.fault = () => 'unreached';
    expect((await box.read(id, 2)).size).toBe(3);
    await expect(box.read(id, 3)).rejects.toThrow('unknown-part');
  });
});

requirement('CPM-MLD-017', () => {
  it.each<readonly [string, Parameters<InMemoryNms['add']>[0], readonly string[]]>([
    ['was asked for', { requested: DISPLAY }, ['displayed m']],
    ['was not asked for', { requested: ['positive-delivery'] }, []],
    ['left already from another device', { requested: DISPLAY, flags: ['\\read-report-sent'] }, []],
    ['is of a message that was shown on another device', { requested: DISPLAY, flags: ['\\Seen'] }, []],
    ['would be of a message of his own', { requested: DISPLAY, direction: 'Out' }, []],
  ])('sends a read report once, when it %s', async (_, object, expected) => {
    const id = nms.add({ text: 'hi', messageId: 'm', ...object });
    await box.sync();
    for (let times = 0; times < 2; times += 1) {
      await box.markRead(id);
      await box.sync();
      await box.markUnread(id);
      await box.sync();
    }
    await box.markRead(id);
    await box.markRead(id);
    await box.sync();
    expect(nms.reports).toEqual(expected);
    expect(nms.objects.get(id)?.flags).toContain('\\Seen');
  });

  it('sends no report for a message that another device has shown meanwhile', async () => {
    const id = nms.add({ text: 'hi', requested: DISPLAY });
    await box.sync();
    nms.addFlag(id, '\\Seen');
    await box.sync();
    expect(box.unread).toBe(0);
    await box.markRead(id);
    await box.sync();
    expect(nms.reports).toEqual([]);
  });
});
