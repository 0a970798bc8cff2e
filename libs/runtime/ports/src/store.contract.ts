import type { JourneyEntry } from '@cpm/runtime-decider';
import { writeRow } from '@cpm/runtime-decider';
import fc from 'fast-check';
import type { AggregateStore, AggregateWrite, StoredAggregate } from './store.js';
import { rowContract } from './store-rows.contract.js';

/** An empty store and a look behind it. */
export interface StoreUnderTest {
  readonly store: AggregateStore;
  rowsOf(table: string): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>>;
  journeyOf(kind: string, id: string): Promise<readonly JourneyEntry[]>;
  close(): Promise<void>;
}

const KIND = 'message';
const OTHER_KIND = 'session';
const ALICE = 'tel:+4915110000001';
const BOB = 'sip:bob@example.org';

function aggregate(id: string, next: Partial<StoredAggregate> = {}): StoredAggregate {
  return { id, owner: ALICE, partition: 0, version: 1, watermark: 1, seen: {}, decidedAt: 1_000, state: {}, outbox: [], answers: [], ...next };
}

function write(next: StoredAggregate, about: Partial<AggregateWrite> = {}): AggregateWrite {
  return { kind: KIND, isFirst: next.version === 1, next, due: undefined, open: false, removableAt: undefined, message: undefined, journey: [], ...about };
}

const byId = (aggregates: readonly StoredAggregate[]) => aggregates.toSorted((a, b) => (a.id < b.id ? -1 : 1));

/** What every store of aggregates promises. `make` gives a fresh, empty one. */
export function describeStoreContract(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the store's contract`, () => {
    let under: StoreUnderTest;
    let store: AggregateStore;
    beforeEach(async () => {
      under = await make();
      store = under.store;
    });
    afterEach(() => under.close());
    const current = () => under;
    describe('aggregates', () => aggregateContract(current));
    describe('look-ups', () => lookUpContract(current));
    describe('rows', () => rowContract(current));
    describe('erasure', () => erasureContract(current));
    it('keeps rows even when an aggregate conflicts: a re-run writes them again', async () => {
      await store.write([], [write(aggregate('a'))]);
      const row = writeRow({ table: 'objects', id: 'r', insert: { uid: 1 } });
      expect(await store.write([row], [write(aggregate('a'))])).toBe('conflict');
      expect([...(await under.rowsOf('objects')).keys()]).toEqual(['r']);
    });
  });
}

function erasureContract(under: () => StoreUnderTest): void {
  const parts = { kinds: [KIND], tables: ['objects', 'none'], fields: { letters: 'key' } };

  it('takes away all that is the owner\'s, and nothing else', async () => {
    const { store } = under();
    const neighbour = `${ALICE}1`;
    const ids = [ALICE, `${ALICE}|m1`, `${ALICE}|m|2`, neighbour, `${neighbour}|m1`, BOB, `x|${ALICE}`];
    const letters = [ALICE, neighbour, BOB].map((key) => writeRow({ table: 'letters', id: `inbox/${key}`, insert: { key } }));
    await store.write([...ids.map((id) => writeRow({ table: 'objects', id, insert: { id } })), ...letters, writeRow({ table: 'others', id: ALICE, insert: { x: 1 } })], [
      ...ids.map((id) => write(aggregate(id), { open: true })), write(aggregate(ALICE), { kind: OTHER_KIND }),
    ]);
    let times = 0;
    const between = async () => void (times += 1);
    for (let again = 0; again < 2; again += 1) await store.erase(ALICE, parts, between);
    expect(times).toBeGreaterThanOrEqual(8);
    const left = [neighbour, `${neighbour}|m1`, BOB, `x|${ALICE}`];
    expect(byId(await store.load(KIND, ids)).map(({ id }) => id)).toEqual([...left].sort());
    expect([...(await under().rowsOf('objects')).keys()].sort()).toEqual([...left].sort());
    expect([...(await under().rowsOf('letters')).values()].map(({ key }) => key).sort()).toEqual([BOB, neighbour].sort());
    expect((await under().rowsOf('others')).size).toBe(1);
    expect(await store.load(OTHER_KIND, [ALICE])).toHaveLength(1);
    expect(await store.write([], [write(aggregate(ALICE))])).toBe('written');
  });

  it('takes much a part at a time, and goes on where it was given up', async () => {
    const { store } = under();
    await store.write(Array.from({ length: 4_500 }, (_, at) => writeRow({ table: 'objects', id: `${ALICE}|${at}`, insert: { at } })), []);
    const giveUp = async () => {
      throw new Error('lost');
    };
    await expect(store.erase(ALICE, parts, giveUp)).rejects.toThrow('lost');
    await store.erase(ALICE, parts, async () => undefined);
    expect((await under().rowsOf('objects')).size).toBe(0);
  });
}

function aggregateContract(under: () => StoreUnderTest): void {
  it('gives back what was written and leaves absent ids out', async () => {
    const { store } = under();
    const whole = aggregate('a', {
      owner: BOB, partition: 7, watermark: 5_000_000_000, seen: { '/routing/1/3': [4_999_999_999, 2] }, decidedAt: 1_795_492_320_149,
      state: { legs: [{ device: 'urn:uuid:1', tries: 0 }], none: null, ratio: 0.5, at: 1_795_492_320_149 },
      outbox: [{ offset: 4_999_999_998, index: 0, topic: 'cpm.routing.inbox', key: BOB, value: '{"a":1}' }],
      answers: [['command-1', { accepted: true }]],
    });
    expect(await store.write([], [write(whole), write(aggregate('b'))])).toBe('written');
    expect(byId(await store.load(KIND, ['a', 'absent', 'b']))).toEqual([whole, aggregate('b')]);
    expect(await store.load(OTHER_KIND, ['a'])).toEqual([]);
    expect(await store.load(KIND, [])).toEqual([]);
  });

  it('takes a first write of any version, and none where one is stored', async () => {
    const { store } = under();
    expect(await store.write([], [write(aggregate('a', { version: 7 }), { isFirst: true })])).toBe('written');
    expect(await store.write([], [write(aggregate('a', { version: 8 }), { isFirst: true })])).toBe('conflict');
    expect(await store.write([], [write(aggregate('b', { version: 8 }), { isFirst: false })])).toBe('conflict');
    expect(await store.load(KIND, ['a', 'b'])).toEqual([aggregate('a', { version: 7 })]);
  });

  it('replaces every part of an aggregate by the next version', async () => {
    const { store } = under();
    await store.write([], [write(aggregate('a', { state: { old: 1 }, answers: [['c', 1]], seen: { '/routing/1/0': [1, 0] } }))]);
    const next = aggregate('a', { version: 2, watermark: 9, state: { fresh: true }, decidedAt: 2_000, seen: { '/routing/1/0': [8, 1], '/routing/1/1': [3, 0] } });
    expect(await store.write([], [write(next)])).toBe('written');
    expect(await store.load(KIND, ['a'])).toEqual([next]);
  });

  it.each([
    ['a second first version', 1],
    ['the version that is stored', 2],
    ['a version from the future', 4],
  ])('refuses %s and keeps the stored one', async (_, version) => {
    const { store } = under();
    await store.write([], [write(aggregate('a'))]);
    await store.write([], [write(aggregate('a', { version: 2, state: { kept: true } }))]);
    expect(await store.write([], [write(aggregate('a', { version, state: { lost: true } }))])).toBe('conflict');
    expect(await store.load(KIND, ['a'])).toEqual([aggregate('a', { version: 2, state: { kept: true } })]);
  });

  it('never creates an aggregate by a later version', async () => {
    const { store } = under();
    expect(await store.write([], [write(aggregate('a', { version: 2 }))])).toBe('conflict');
    expect(await store.load(KIND, ['a'])).toEqual([]);
  });

  it('reports a conflict of one among many and writes the others', async () => {
    const { store } = under();
    await store.write([], [write(aggregate('taken')), write(aggregate('kept'))]);
    const batch = [
      write(aggregate('taken')), write(aggregate('new')), write(aggregate('kept', { version: 2 })), write(aggregate('other', { version: 1 }), { kind: OTHER_KIND }),
    ];
    expect(await store.write([], batch)).toBe('conflict');
    expect(byId(await store.load(KIND, ['taken', 'new', 'kept'])).map(({ id, version }) => [id, version])).toEqual([['kept', 2], ['new', 1], ['taken', 1]]);
    expect(await store.load(OTHER_KIND, ['other'])).toHaveLength(1);
  });

  it('lets one of two racing writers win', async () => {
    const { store } = under();
    await store.write([], [write(aggregate('a'))]);
    const race = Array.from({ length: 8 }, (_, writer) => store.write([], [write(aggregate('a', { version: 2, state: { writer } }))]));
    const outcomes = await Promise.all(race);
    expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(1);
    expect(await store.load(KIND, ['a'])).toEqual([aggregate('a', { version: 2, state: { writer: outcomes.indexOf('written') } })]);
  });

  it('keeps maps whose keys look like paths or operators', async () => {
    const { store } = under();
    const odd = { 'sip:user@host.example.com': 1, 'urn:gsma:imei:35-1.2': { 'a.b': { 'c.d': 'x' } }, $set: 1, 'a.$.b': [{ '$inc': 2 }], '': 'empty', '.': 0, constructor: 1, toString: 'x', 'ü 你': true };
    await store.write([], [write(aggregate('a', { state: odd, answers: [['x.$y', odd]] }))]);
    expect((await store.load(KIND, ['a']))[0]).toEqual(aggregate('a', { state: odd, answers: [['x.$y', odd]] }));
    const next = aggregate('a', { version: 2, state: { within: odd }, answers: [['x.$y', odd]] });
    expect(await store.write([], [write(next)])).toBe('written');
    expect((await store.load(KIND, ['a']))[0]).toEqual(next);
  });

  it('keeps any JSON value as the state, at insert and at update', async () => {
    const { store } = under();
    let id = 0;
    await fc.assert(fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), fc.jsonValue({ maxDepth: 4 }), async (first, second) => {
      id += 1;
      for (const [index, state] of [first, second].entries()) {
        const next = aggregate(`json-${id}`, { version: index + 1, state: { value: state } });
        expect(await store.write([], [write(next)])).toBe('written');
        expect(await store.load(KIND, [next.id])).toEqual([next]);
      }
    }), { numRuns: 60 });
  });

  it('treats a field that is undefined as absent', async () => {
    const { store } = under();
    await store.write([], [write(aggregate('a', { state: { gone: undefined, deep: { gone: undefined, here: 1 } } }))]);
    const [loaded] = await store.load(KIND, ['a']);
    expect(loaded?.state).toEqual({ deep: { here: 1 } });
    expect((loaded?.state as { gone?: unknown }).gone).toBeUndefined();
  });

  it('keeps a large state and loads many at once', async () => {
    const { store } = under();
    const large = aggregate('large', { state: { lines: Array.from({ length: 2_000 }, (_, line) => ({ line, text: 'x'.repeat(100) })) } });
    const many = Array.from({ length: 500 }, (_, index) => aggregate(`many-${index}`, { state: { index } }));
    expect(await store.write([], [large, ...many].map((next) => write(next)))).toBe('written');
    expect(await store.load(KIND, ['large'])).toEqual([large]);
    expect(byId(await store.load(KIND, many.map(({ id }) => id)))).toEqual(byId(many));
  });

  it('hands out nothing by which what it keeps could be changed', async () => {
    const { store } = under();
    await store.write([], [write(aggregate('a', { state: { devices: ['x'] } }))]);
    const [first] = await store.load(KIND, ['a']);
    // A store may forbid it, or hand out a copy.
    attempt(() => (first?.state as { devices: string[] }).devices.push('y'));
    expect((await store.load(KIND, ['a']))[0]?.state).toEqual({ devices: ['x'] });
  });

  it('appends to the journey', async () => {
    const { store, journeyOf } = under();
    const line = (at: number): JourneyEntry => ({ at, step: 'planned', device: 'urn:uuid:1', form: 'FULL' });
    await store.write([], [write(aggregate('a'), { message: 'm-1', journey: [line(1), line(2)] })]);
    await store.write([], [write(aggregate('a', { version: 2 }), { message: 'm-1', journey: [] })]);
    await store.write([], [write(aggregate('a', { version: 3 }), { message: 'm-1', journey: [line(3)] })]);
    expect(await journeyOf(KIND, 'a')).toEqual([line(1), line(2), line(3)]);
  });
}

function lookUpContract(under: () => StoreUnderTest): void {
  it("finds an owner's open aggregates until they close", async () => {
    const { store } = under();
    await store.write([], [
      write(aggregate('a'), { open: true }), write(aggregate('b'), { open: true }), write(aggregate('closed')),
      write(aggregate('bobs', { owner: BOB }), { open: true }), write(aggregate('s'), { kind: OTHER_KIND, open: true }),
    ]);
    expect((await store.openOf(KIND, ALICE)).toSorted()).toEqual(['a', 'b']);
    await store.write([], [write(aggregate('a', { version: 2 }), { open: false })]);
    expect(await store.openOf(KIND, ALICE)).toEqual(['b']);
    await store.write([], [write(aggregate('a', { version: 3 }), { open: true })]);
    expect((await store.openOf(KIND, ALICE)).toSorted()).toEqual(['a', 'b']);
  });

  it('finds what is due in the given partitions, earliest first, at most `limit`', async () => {
    const { store } = under();
    await store.write([], [
      write(aggregate('late', { partition: 1, state: { n: 1 } }), { due: 300 }), write(aggregate('early', { partition: 2 }), { due: 100 }),
      write(aggregate('middle', { partition: 1, owner: BOB }), { kind: OTHER_KIND, due: 200 }), write(aggregate('elsewhere', { partition: 3 }), { due: 50 }),
      write(aggregate('future', { partition: 1 }), { due: 301 }), write(aggregate('never', { partition: 1 })),
    ]);
    const ids = (found: readonly { id: string }[]) => found.map(({ id }) => id);
    expect(ids(await store.due([KIND, OTHER_KIND], [1, 2], 300, 10))).toEqual(['early', 'middle', 'late']);
    expect(ids(await store.due([KIND, OTHER_KIND], [1, 2], 300, 2))).toEqual(['early', 'middle']);
    expect(await store.due([KIND], [1], 300, 10)).toEqual([{ kind: KIND, id: 'late', owner: ALICE, state: { n: 1 } }]);
    expect(await store.due([KIND], [], 300, 10)).toEqual([]);
  });

  it('moves and forgets a due time with the next version', async () => {
    const { store } = under();
    await store.write([], [write(aggregate('a'), { due: 100 })]);
    await store.write([], [write(aggregate('a', { version: 2 }), { due: 500 })]);
    expect(await store.due([KIND], [0], 499, 10)).toEqual([]);
    expect(await store.due([KIND], [0], 500, 10)).toHaveLength(1);
    await store.write([], [write(aggregate('a', { version: 3 }), { due: undefined })]);
    expect(await store.due([KIND], [0], 10_000, 10)).toEqual([]);
  });

  it('finds the stored outcome of a command', async () => {
    const { store } = under();
    await store.write([], [write(aggregate('a', { answers: [['c-1', { taken: true }], ['c-2', null], ['c-3', 'x']] }))]);
    expect(await store.answerTo(KIND, 'a', 'c-1')).toEqual({ outcome: { taken: true } });
    expect(await store.answerTo(KIND, 'a', 'c-2')).toEqual({ outcome: null });
    expect(await store.answerTo(KIND, 'a', 'unknown')).toBeUndefined();
    expect(await store.answerTo(KIND, 'absent', 'c-1')).toBeUndefined();
  });
}

function attempt(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}
