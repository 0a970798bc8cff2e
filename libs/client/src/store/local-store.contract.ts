import type { LocalStore } from './local-store.js';
import type { StoredFolder, StoredObject, SyncPosition, Ucn, UnsentMessage } from './stored.js';

const object = (id: string, lastModSeq = 1): StoredObject => ({
  id, lastModSeq, folder: 'main/tel:+4915110000002', folderPath: '/main/tel:+4915110000002', flags: ['\\Seen'], attributes: { Date: ['2026-03-02T09:15:30Z'] }, payloadParts: [], search: 1,
});
const folder: StoredFolder = { id: 'f-1', parent: 'main', name: 'Family', path: '/main/Family', lastModSeq: 1, search: 1 };
const position: SyncPosition = { subscription: 's1', index: 4, restartToken: 'rt-4', search: 1, searching: { cursor: 'c', found: 2 } };
const ucn: Ucn = { id: 'sms-1', from: 'tel:+4915110000002', text: 'A picture #K7F3AB', at: '2026-03-02T09:15:30Z', refs: ['#K7F3AB'], state: 'waiting' };
const unsent: UnsentMessage = { id: 'm1', message: { to: ['tel:+4915110000002'], body: 'Hi' }, at: '2026-03-02T09:15:30Z', state: 'waiting' };
const bytes = (text: string) => new TextEncoder().encode(text);
const text = async (store: LocalStore, id: string, part: number) =>
  (await store.content(id, part)).map((piece) => new TextDecoder().decode(piece.bytes)).join('|');

/** What every LocalStore does. `reopen` gives the store as the next run finds it. */
export function localStoreContract(open: () => Promise<LocalStore>, reopen: (store: LocalStore) => Promise<LocalStore>): void {
  let store: LocalStore;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(async () => store.close());

  it('holds nothing at first', async () => {
    expect(await store.load()).toEqual({ objects: [], folders: [], position: undefined, pending: [], unsent: [], ucns: [], sms: [] });
  });

  it('keeps what belongs together together, for the next run', async () => {
    const sms = { id: 'sms-2', correlationTag: '00112233445566', at: '2026-03-02T09:15:30Z', copyOf: 'o1' };
    const pending = { order: 1, type: 'add-flags', object: 'o1', flags: ['\\Seen'] } as const;
    await store.apply({ objects: { put: [object('o1'), object('o2')] }, folders: { put: [folder] }, position, pending: { put: [pending] }, unsent: { put: [unsent] }, ucns: { put: [ucn] }, sms: { put: [sms] } });
    store = await reopen(store);
    expect(await store.load()).toEqual({ objects: [object('o1'), object('o2')], folders: [folder], position, pending: [pending], unsent: [unsent], ucns: [ucn], sms: [sms] });
  });

  it('puts in the place of what has the same key, and removes first', async () => {
    await store.apply({ objects: { put: [object('o1'), object('o2')] }, position });
    await store.apply({ objects: { put: [object('o1', 7)], remove: ['o1', 'o2', 'unknown'] }, position: { ...position, index: 5 } });
    expect(await store.load()).toMatchObject({ objects: [object('o1', 7)], position: { index: 5 } });
  });

  it('keeps all of a batch or nothing', async () => {
    await store.apply({ objects: { put: [object('o1')] }, position });
    const unfit = { ...object('o3'), flags: [(() => undefined) as unknown as string] };
    await expect(store.apply({ objects: { put: [object('o2'), unfit], remove: ['o1'] }, position: { ...position, index: 9 } })).rejects.toThrow();
    store = await reopen(store);
    expect(await store.load()).toMatchObject({ objects: [object('o1')], position: { index: 4 } });
  });

  it('keeps the order of what is pending, whatever the order it came in', async () => {
    const pending = [9, 10, 2].map((order) => ({ order, type: 'delete', object: `o${order}` }) as const);
    await Promise.all(pending.map((one) => store.apply({ pending: { put: [one] } })));
    expect((await store.load()).pending.map(({ order }) => order)).toEqual([2, 9, 10]);
  });

  it('is not changed by what becomes of a value that it was given or that it gave', async () => {
    const flags = ['\\Seen'];
    await store.apply({ objects: { put: [{ ...object('o1'), flags }] } });
    flags.push('\\Flagged');
    expect((await store.load()).objects).toEqual([object('o1')]);
  });

  it('gives content in the order of its bytes, each piece once', async () => {
    await store.putContent({ object: 'o1', part: 1, offset: 2, bytes: bytes('c') });
    await store.putContent({ object: 'o1', part: 1, offset: 0, bytes: bytes('xx') });
    await store.putContent({ object: 'o1', part: 1, offset: 0, bytes: bytes('ab') });
    await store.putContent({ object: 'o1', part: 2, offset: 0, bytes: bytes('z') });
    store = await reopen(store);
    expect(await text(store, 'o1', 1)).toBe('ab|c');
    await store.removeContent('o1', 1);
    expect([await text(store, 'o1', 1), await text(store, 'o1', 2)]).toEqual(['', 'z']);
  });

  it('removes the content of an object with it, and no other', async () => {
    for (const id of ['o1', 'o11']) for (const part of [0, 1]) await store.putContent({ object: id, part, offset: 0, bytes: bytes(id) });
    await store.apply({ objects: { remove: ['o1'] } });
    expect([await text(store, 'o1', 0), await text(store, 'o1', 1), await text(store, 'o11', 1)]).toEqual(['', '', 'o11']);
  });
}
