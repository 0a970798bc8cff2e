import type { RowWrite } from '@cpm/runtime-decider';
import { writeRow } from '@cpm/runtime-decider';
import fc from 'fast-check';
import { InMemoryStore } from './in-memory-store.js';
import type { StoreUnderTest } from './store.contract.js';

/** What every store promises about rows. */
export function rowContract(under: () => StoreUnderTest): void {
  const rows = async () => Object.fromEntries([...(await under().rowsOf('objects'))].toSorted());
  const put = (...writes: Omit<RowWrite, 'kind' | 'table'>[]) => under().store.write(writes.map((row) => writeRow({ table: 'objects', ...row })), []);

  it('inserts a row once, however often it is written', async () => {
    expect(await put({ id: 'r', insert: { uid: 1, flags: ['seen'], nested: { 'a.b': 1 } } })).toBe('written');
    await put({ id: 'r', insert: { uid: 2 } }, { id: 's', insert: { uid: 3 } }, { id: 's', insert: { uid: 4 } });
    expect(await rows()).toEqual({ r: { uid: 1, flags: ['seen'], nested: { 'a.b': 1 } }, s: { uid: 3 } });
  });

  it('sets, adds to and removes from an existing row only', async () => {
    await put({ id: 'r', insert: { uid: 1, flags: ['a', 'b'] } });
    await put({ id: 'r', set: { uid: 2, folder: 'x' }, add: { flags: ['b', 'c'], labels: ['l'] } }, { id: 'absent', set: { uid: 9 }, add: { flags: ['a'] } });
    await put({ id: 'r', remove: { flags: ['a', 'zz'] } });
    expect(await rows()).toEqual({ r: { uid: 2, folder: 'x', flags: ['b', 'c'], labels: ['l'] } });
  });

  it('erases, and a later insert of the same call brings a new row', async () => {
    await put({ id: 'r', insert: { uid: 1 } }, { id: 's', insert: { uid: 2 } });
    await put({ id: 'r', erase: true }, { id: 's', erase: true }, { id: 's', insert: { uid: 3 } }, { id: 'absent', erase: true });
    expect(await rows()).toEqual({ s: { uid: 3 } });
  });

  it('erases a row by its number only while it has not changed since', async () => {
    await put({ id: 'r', insert: { n: 1 } }, { id: 's', insert: { n: 5 } }, { id: 't', insert: { x: 1 } });
    await put(...['r', 's', 't', 'absent'].map((id) => ({ id, erase: true as const, number: { field: 'n', value: 4 } })));
    expect(await rows()).toEqual({ s: { n: 5 } });
  });

  it('makes a numbered change once, and none that is older than the row', async () => {
    await put({ id: 'r', insert: { n: 1, flags: ['a'] } }, { id: 's', insert: { n: 5 } }, { id: 't', insert: { x: 1 } });
    await put({ id: 'r', number: { field: 'n', value: 3 }, add: { flags: ['b'] }, remove: { flags: ['a'] } }, { id: 's', number: { field: 'n', value: 4 }, set: { x: 1 } }, { id: 't', number: { field: 'n', value: 1 } });
    await put({ id: 'r', number: { field: 'n', value: 3 }, remove: { flags: ['b'] } }, { id: 'r', number: { field: 'n', value: 2 }, set: { x: 9 } });
    expect(await rows()).toEqual({ r: { n: 3, flags: ['b'] }, s: { n: 5 }, t: { x: 1, n: 1 } });
    await put({ id: 'r', number: { field: 'n', value: 4 }, set: { x: 2 } }, { id: 'r', number: { field: 'n', value: 5 }, set: { x: undefined, y: 3 } });
    expect((await rows())['r']).toEqual({ n: 5, flags: ['b'], y: 3 });
  });

  it('does any sequence of writes as the model does', async () => {
    const field = fc.constantFrom('x', 'y');
    const id = fc.constantFrom('r', 's');
    const values = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 });
    const row = fc.oneof(
      fc.record({ id, insert: fc.dictionary(field, values) }),
      fc.record({ id, set: fc.dictionary(field, values) }, { requiredKeys: ['id'] }),
      fc.record({ id, insert: fc.dictionary(field, values), set: fc.dictionary(field, values), add: fc.dictionary(field, values), remove: fc.dictionary(field, values) }, { requiredKeys: ['id'] }),
      fc.record({ id, number: fc.record({ field: fc.constant('n'), value: fc.nat(5) }), set: fc.dictionary(field, values), add: fc.dictionary(field, values), remove: fc.dictionary(field, values) }, { requiredKeys: ['id', 'number'] }),
      fc.record({ id, erase: fc.constant(true as const) }),
      fc.record({ id, erase: fc.constant(true as const), number: fc.record({ field: fc.constant('n'), value: fc.nat(5) }) }),
    );
    let run = 0;
    await fc.assert(fc.asyncProperty(fc.array(fc.array(row, { maxLength: 5 }), { maxLength: 3 }), async (calls) => {
      run += 1;
      const table = `run-${run}`;
      const model = new InMemoryStore();
      for (const call of calls) {
        const writes = call.map((one) => writeRow({ ...one, table } as Omit<RowWrite, 'kind'>));
        await model.write(writes, []);
        await under().store.write(writes, []);
      }
      expect(withoutEmptySets(await under().rowsOf(table))).toEqual(withoutEmptySets(model.rows(table)));
    }), { numRuns: 60 });
  });
}

/** An empty set and an absent one mean the same. */
function withoutEmptySets(rows: ReadonlyMap<string, Readonly<Record<string, unknown>>>): object {
  const kept = (row: object) => Object.fromEntries(Object.entries(row).filter(([, value]) => !(Array.isArray(value) && value.length === 0)));
  return Object.fromEntries([...rows].map(([id, row]) => [id, kept(row)]));
}
