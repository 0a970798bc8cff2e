import { asksForVanished, isFound, OBJECTS_TABLE, objectRowId, type MadeFolders, type ObjectFilter, type ObjectRow } from '@cpm/domain-message-store-sync';
import { messageStoreSync } from '@cpm/domain-message-store-sync';
import { requirement } from '@cpm/runtime-decider';
import { collectionOf, connectMongo, MongoAggregateStore } from '@cpm/runtime-mongo';
import { startMongo, type MongoService } from '@cpm/testing-containers';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import fc from 'fast-check';
import type { Connection } from 'mongoose';
import { rowIndexes, StoredObjects, type Stretch } from '../stored-objects.js';
import { mongoFilter } from './mongo-filter.js';
import type { ListOrder } from './object-query.js';
import { beyond, placeOfRow, planOf } from './stretch.js';

const bob = 'tel:+4915110000002' as CpmAddress;
const folders: MadeFolders = { 'f-a': { name: 'a', parent: '/main', modSeq: 1 }, 'f-b': { name: 'b', parent: 'f-a', modSeq: 2 }, 'f-c': { name: 'c', parent: '/main', modSeq: 3 } };

let mongo: MongoService;
let connection: Connection;
let objects: StoredObjects;
beforeAll(async () => {
  mongo = await startMongo();
  connection = await connectMongo(mongo.uri, { driver: { dbName: 'nms-filter' } });
  await connection.dropDatabase();
  await new MongoAggregateStore(connection, 'message-store-sync').ensureIndexes(messageStoreSync, rowIndexes);
  objects = new StoredObjects(connection);
}, 120_000);
afterAll(async () => {
  await connection.dropDatabase();
  await connection.close();
  await mongo.stop();
});

async function fill(rows: readonly ObjectRow[]): Promise<void> {
  const collection = connection.collection(collectionOf('message-store-sync', OBJECTS_TABLE));
  await collection.deleteMany({});
  if (rows.length > 0) await collection.insertMany(rows.map((row) => ({ _id: objectRowId(row.u, row.oid) as never, ...row })), { ignoreUndefined: true });
}

/** Few letters, so that texts are found; with all that a regular expression, or a line, would read otherwise. */
const text = fc.string({ unit: fc.constantFrom('a', 'B', 'ä', 'Ä', '.', '*', '(', '\\', '$', ' ', '\n', '_', '1', '-', '/', '^', '🙂'), minLength: 1, maxLength: 4 });
const flag = fc.constantFrom('\\Seen', '\\Flagged', '$a.b', '\\seen');
const name = fc.constantFrom('Direction', 'From', 'To', 'Message-Context', 'Message-Id', 'Conversation-ID', 'DispositionStatus', 'DispositionOriginalMessageID', 'TextContent', 'Subject', 'X-Own', 'participating-device');
const optional = <Value>(key: string, value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined }).map((one) => (one === undefined ? {} : { [key]: one }));

const row = fc.record({
  basic: fc.record({
    dir: fc.constantFrom('In' as const, 'Out' as const), context: fc.constantFrom('chat-message', 'imdn-message'), folder: fc.constantFrom('/main', '/main/x', 'f-a', 'f-b', 'f-c'),
    from: text, to: fc.array(text, { maxLength: 2 }), date: fc.integer({ min: 0, max: 5 }), flags: fc.uniqueArray(flag), deleted: fc.boolean(), messageId: text,
  }),
  text: optional('text', text), parts: optional('parts', fc.array(text.map((part) => ({ contentType: 'text/plain', size: 1, text: part })), { maxLength: 2 })),
  fileName: optional('fileName', text), conversationId: optional('conversationId', text), status: optional('status', fc.constantFrom('delivered' as const, 'displayed' as const)), device: optional('device', text.map((one) => one as DeviceId)),
  attributes: optional('attributes', fc.array(fc.record({ name: fc.constantFrom('Subject', 'X-Own'), value: fc.array(text, { maxLength: 2 }) }), { maxLength: 2 })),
}).map(({ basic, ...parts }) => ({ ...basic, ...Object.assign({}, ...Object.values(parts)) as object }));
const rows = fc.array(row, { maxLength: 12 }).map((all) => all.map((one, at): ObjectRow => ({ u: bob, oid: `o${String(at % 3)}-${String(at)}`, modSeq: 2 * at + 2, born: at + 1, contentType: 'text/plain', size: 1, requested: [], dispositions: [], ...one })));

const leaf: fc.Arbitrary<ObjectFilter> = fc.oneof(
  fc.record({ of: fc.constant('date' as const), from: fc.integer({ min: 0, max: 5 }), to: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ of: fc.constant('folder' as const), folder: fc.constantFrom('/main', '/main/x', 'f-a', 'f-b'), recursive: fc.boolean() }),
  flag.map((one): ObjectFilter => ({ of: 'flag', flag: one })),
  fc.record({ of: fc.constant('attribute' as const), name, value: fc.oneof(text, fc.constantFrom('in', 'OUT', 'Chat-Message', 'DELIVERED', 'chat')) }),
  fc.record({ of: fc.constantFrom('text' as const, 'word' as const), value: text }),
  fc.integer({ min: 0, max: 12 }).map((after): ObjectFilter => ({ of: 'created', after })),
);
const nested = fc.letrec<{ filter: ObjectFilter }>((tie) => ({
  filter: fc.oneof({ maxDepth: 2, withCrossShrink: true }, leaf, fc.record({ of: fc.constantFrom('all' as const, 'any' as const, 'none' as const), filters: fc.array(tie('filter'), { maxLength: 3 }) })),
})).filter;
const filter = fc.array(nested, { maxLength: 3 }).chain((filters) => fc.option(fc.integer({ min: 0, max: 24 }), { nil: undefined }).map((after): ObjectFilter => ({ of: 'all', filters: after === undefined ? filters : [{ of: 'vanished', after }, ...filters] })));

async function all(stretch: Stretch, rest: readonly ObjectFilter[], page: number): Promise<ObjectRow[]> {
  const found: ObjectRow[] = [];
  for (let open: Stretch | undefined = stretch; open;) {
    const some: ObjectRow[] = await objects.rows(open, mongoFilter({ of: 'all', filters: rest }, folders), page);
    found.push(...some);
    const last = some.at(-1);
    open = some.length === page && last ? beyond(stretch, placeOfRow(last, stretch)) : undefined;
  }
  return found;
}

requirement('CPM-MLD-016', () => {
  it('finds in the database what the filter finds, in the order asked for, whatever the size of the pages', async () => {
    await fc.assert(fc.asyncProperty(rows, fc.array(fc.tuple(filter, fc.constantFrom(1 as const, -1 as const), fc.integer({ min: 1, max: 4 })), { minLength: 4, maxLength: 8 }), async (stored, searches) => {
      await fill(stored);
      for (const [one, direction, page] of searches) {
        const orders: ListOrder[] = one.of === 'all' && asksForVanished(one) ? ['date', 'vanished'] : one.of === 'all' && one.filters.some(({ of }) => of === 'created') ? ['date', 'created'] : ['date'];
        const expected = stored.filter((candidate) => isFound(candidate, one, folders));
        for (const order of orders) {
          const { stretch, rest } = planOf(bob, one, { order, direction }, folders);
          const key = ({ date, oid, born, modSeq }: ObjectRow) => (order === 'date' ? [date, oid] : [order === 'created' ? born : modSeq, '']) as [number, string];
          const sorted = [...expected].sort((a, b) => direction * (key(a)[0] - key(b)[0] || (key(a)[1] < key(b)[1] ? -1 : 1)));
          expect((await all(stretch, rest, page)).map(({ oid }) => oid)).toEqual(sorted.map(({ oid }) => oid));
        }
      }
    }), { numRuns: 60 });
  }, 120_000);
});

describe('the database looks at no more than it gives', () => {
  const many = Array.from({ length: 400 }, (_, at): ObjectRow => ({
    u: bob, oid: `o${at}`, modSeq: at + 1, born: at + 1, context: 'chat-message', dir: 'In', folder: at % 2 === 0 ? '/main/x' : 'f-c', from: 'a', to: [], date: Math.floor(at / 40), contentType: 'text/plain', size: 1,
    messageId: `m${at}`, requested: [], flags: [], dispositions: [], deleted: at % 5 === 0,
  }));
  beforeAll(() => fill(many));

  it.each([
    ['a page by date', { of: 'all', filters: [] }, 'date', 1], ['a page by date, newest first', { of: 'all', filters: [{ of: 'date', to: 6 }] }, 'date', -1],
    ['a page of a folder', { of: 'all', filters: [{ of: 'folder', folder: '/main/x', recursive: true }, { of: 'date', from: 3 }] }, 'date', 1],
    ['new objects', { of: 'all', filters: [{ of: 'created', after: 200 }] }, 'created', 1], ['vanished objects', { of: 'all', filters: [{ of: 'vanished', after: 200 }] }, 'vanished', 1],
  ] as [string, ObjectFilter, ListOrder, 1 | -1][])('for %s', async (_, one, order, direction) => {
    const { stretch, rest } = planOf(bob, one, { order, direction }, folders);
    const [first] = await objects.rows(stretch, {}, 1);
    const open = first ? beyond(stretch, placeOfRow(first, stretch)) : stretch;
    expect(rest).toEqual([]);
    const { returned, documents, keys } = await explained(() => objects.rows(open, {}, 21));
    expect(returned).toBe(21);
    expect(documents).toBeLessThanOrEqual(22);
    expect(keys).toBeLessThanOrEqual(22);
  });

  it('for a list of changes', async () => {
    const { returned, documents } = await explained(async () => (await objects.changes(bob, { after: 100, upTo: 400, limit: 50 })).objects);
    expect([returned, documents]).toEqual([50, 50]);
  });

  it('and reads no object to know where a window of an index ends', async () => {
    const { stretch } = planOf(bob, { of: 'all', filters: [] }, { order: 'date', direction: 1 }, folders);
    const { returned, documents } = await explained(async () => [await objects.keyAt(stretch, 100)]);
    expect([returned, documents]).toEqual([1, 0]);
  });
});

/** What the server says that the one query on the objects cost it. */
async function explained(query: () => Promise<readonly unknown[]>): Promise<{ returned: number; documents: number; keys: number }> {
  const database = connection.db!;
  await database.command({ profile: 2 });
  await query();
  await database.command({ profile: 0 });
  const [entry] = await database.collection('system.profile').find({ ns: { $regex: 'objects$' }, op: 'query' }).sort({ $natural: -1 }).limit(1).toArray();
  const { nreturned, docsExamined, keysExamined } = entry as unknown as { nreturned: number; docsExamined: number; keysExamined: number };
  return { returned: nreturned, documents: docsExamined, keys: keysExamined };
}
