import type { AnyAggregate, ServiceDefinition } from '@cpm/runtime-decider';
import { collectionOf, writeRow } from '@cpm/runtime-decider';
import { type AggregateWrite, RefusedWriteError } from '@cpm/runtime-ports';
import { describeStoreContract } from '@cpm/runtime-ports/contracts';
import type { AggregateDocument } from './aggregate-document.js';
import { MongoAggregateStore } from './aggregate-store.js';
import { readJourney } from './journey.js';
import { mongoForSpecs, type FreshDatabase } from './mongo-under-test.js';

const MESSAGE = {
  name: 'message', timersOf: () => ({}), isOpen: () => true, messageOf: (id: string) => id, removableAt: () => undefined,
} as unknown as AnyAggregate;
const DEFINITION: ServiceDefinition = { name: 'routing', aggregates: [MESSAGE], subscriptions: [] };

function firstWrite(id: string, about: Partial<AggregateWrite> = {}): AggregateWrite {
  const next = { id, owner: 'tel:+4915110000001', partition: 1, version: 1, watermark: 1, seen: {}, decidedAt: 1, state: {}, outbox: [], answers: [] };
  return { kind: 'message', isFirst: true, next, due: undefined, open: false, removableAt: undefined, message: id, journey: [], ...about };
}

const mongo = mongoForSpecs();

describe.each([['without indexes', false], ['with its indexes', true]])('%s', (_, indexed) => {
  describeStoreContract('MongoAggregateStore', async () => {
    const { connection, close } = await mongo.connect();
    const store = new MongoAggregateStore(connection, 'routing');
    if (indexed) await store.ensureIndexes({ ...DEFINITION, aggregates: [MESSAGE, { ...MESSAGE, name: 'session' }] });
    return {
      store,
      close,
      rowsOf: async (table) => {
        const rows = await connection.collection<{ _id: string }>(collectionOf('routing', table)).find().toArray();
        return new Map(rows.map(({ _id, ...fields }) => [_id, fields]));
      },
      journeyOf: async (kind, id) => (await connection.collection<AggregateDocument>(collectionOf('routing', kind)).findOne({ _id: id }))?.j ?? [],
    };
  });
});

describe('MongoAggregateStore on a server', () => {
  let database: FreshDatabase;
  let store: MongoAggregateStore;
  beforeEach(async () => {
    database = await mongo.connect();
    store = new MongoAggregateStore(database.connection, 'routing');
    await store.ensureIndexes(DEFINITION, { objects: [{ key: { user: 1, uid: 1 }, unique: true }] });
  });
  afterEach(() => database.close());
  const messages = () => database.connection.collection<AggregateDocument>(collectionOf('routing', 'message'));

  it('answers each look-up from its index', async () => {
    await store.write([], [firstWrite('a', { open: true, due: 5 })]);
    const indexOf = async (filter: object) => JSON.stringify(await messages().find(filter).explain('queryPlanner'));
    expect(await indexOf({ k: 'tel:+4915110000001', open: true })).toContain('"indexName":"open"');
    expect(await indexOf({ p: { $in: [1, 2] }, due: { $lte: new Date(9) } })).toContain('"indexName":"due"');
    expect(await indexOf({ m: 'a' })).toContain('"indexName":"message"');
  });

  it('creates indexes once, also when replicas start together', async () => {
    await Promise.all([1, 2, 3].map(() => store.ensureIndexes(DEFINITION)));
    expect((await messages().indexes()).map(({ name }) => name).toSorted()).toEqual(['_id_', 'due', 'message', 'open', 'removable']);
  });

  it('stores dates only where an index needs them, and forgets them', async () => {
    await store.write([], [firstWrite('a', { due: 5, removableAt: 7, open: true })]);
    expect(await messages().findOne({ _id: 'a' })).toMatchObject({ due: new Date(5), del: new Date(7), open: true, t: 1 });
    const { next } = firstWrite('a');
    await store.write([], [firstWrite('a', { isFirst: false, next: { ...next, version: 2 } })]);
    expect(Object.keys((await messages().findOne({ _id: 'a' })) ?? {}).toSorted()).toEqual(['_id', 'j', 'k', 'm', 'out', 'p', 're', 'seen', 'st', 't', 'v', 'w']);
  });

  it('reads a journey over several collections in time order', async () => {
    await store.write([], [
      firstWrite('m-1', { journey: [{ at: 1, step: 'planned' }, { at: 3, step: 'sent', form: 'SMS', reason: 'no IP' }] }), firstWrite('m-2', { journey: [{ at: 1, step: 'other' }] }),
      firstWrite('s-1', { kind: 'submission', message: 'm-1', journey: [{ at: 2, step: 'submitted' }] }),
    ]);
    const journey = await readJourney(database.connection, ['routing.message', 'routing.submission'], 'm-1');
    expect(journey.map(({ at, step, collection, aggregate }) => [at, step, collection, aggregate])).toEqual([
      [1, 'planned', 'routing.message', 'm-1'], [2, 'submitted', 'routing.submission', 's-1'], [3, 'sent', 'routing.message', 'm-1'],
    ]);
    expect(journey[2]).toMatchObject({ form: 'SMS', reason: 'no IP', owner: 'tel:+4915110000001' });
  });

  it('throws when a row violates another unique index than its id', async () => {
    const object = (id: string) => writeRow({ table: 'objects', id, insert: { user: 'u', uid: 1 } });
    await store.write([object('r')], []);
    await store.write([object('r')], []);
    await expect(store.write([object('s')], [])).rejects.toThrow(/duplicate key/);
  });

  it.each(['a.b', '$set', '_id'])('throws when a row field is called %s', async (field) => {
    await expect(store.write([writeRow({ table: 'objects', id: 'r', set: { [field]: 1 } })], [])).rejects.toThrow(`"${field}" cannot name a field of a row`);
  });

  const nested = (levels: number): object => Array.from({ length: levels }).reduce<object>((inner) => ({ inner }), {});
  it.each<[string, () => object]>([
    ['a document that is too large', () => ({ text: 'x'.repeat(17 * 1024 * 1024) })],
    ['a field whose name holds a null character', () => ({ ['a\0b']: 1 })],
    ['nesting that the server does not take', () => nested(500)],
    ['nesting that exhausts the stack', () => nested(20_000)],
  ])('says that it will never take %s, the first time and later', async (_, make) => {
    const state = make();
    const { next } = firstWrite('a');
    await expect(store.write([], [firstWrite('a', { next: { ...next, state } })])).rejects.toThrow(RefusedWriteError);
    await store.write([], [firstWrite('a')]);
    await expect(store.write([], [firstWrite('a', { isFirst: false, next: { ...next, version: 2, state } })])).rejects.toThrow(RefusedWriteError);
    expect(await store.load('message', ['a'])).toMatchObject([{ version: 1 }]);
    await expect(store.write([writeRow({ table: 'objects', id: 'r', insert: { state } })], [])).rejects.toThrow(RefusedWriteError);
  });

  it('keeps a time beyond all dates as the last one, so that nothing is due or removable at once', async () => {
    await store.write([], [firstWrite('a', { due: 1e300, removableAt: Infinity })]);
    expect(await messages().findOne({ _id: 'a' })).toMatchObject({ due: new Date(8.64e15), del: new Date(8.64e15) });
    await expect(store.write([], [firstWrite('b', { due: NaN })])).rejects.toThrow(RefusedWriteError);
  });
});
