import { DEAD_LETTER_TABLE, defineAggregate, defineEvent, defineService, inboxOf, on, writeRow, type ErasureOrder, type ServiceName } from '@cpm/runtime-decider';
import { InMemoryLog, InMemoryStore, type OutgoingRecord, type StoredAggregate } from '@cpm/runtime-ports';
import { DEFAULT_POLICY, type CpmAddress } from '@cpm/vocabulary';
import { z } from 'zod';
import { BatchProcessor } from './batch-processor.js';
import { encodeEvent } from './envelope.js';

const [ann, bea] = ['tel:+4915110000001', 'tel:+4915110000002'] as [CpmAddress, CpmAddress];
const INBOX = inboxOf('routing');

const Say = defineEvent({ type: 'Say', version: 1, owner: 'routing', listeners: ['routing'], summary: 'x', key: ({ user }) => user, schema: z.object({ user: z.string(), word: z.string() }) });
const schema = z.object({ user: z.string().transform((user) => user as CpmAddress), erasureId: z.string(), round: z.number(), at: z.number() });
const Erase = defineEvent<'Erase', ErasureOrder>({ type: 'Erase', version: 1, owner: 'device-registry', listeners: ['routing'], summary: 'x', key: ({ user }) => user, schema });
const Erased = defineEvent<'Erased', ErasureOrder & { service: ServiceName }>({
  type: 'Erased', version: 1, owner: 'device-registry', listeners: ['device-registry'], summary: 'x', key: ({ user }) => user, schema: schema.extend({ service: z.literal('routing') }),
});

const said = (name: string, survivesErasure?: true) => defineAggregate<string, readonly string[], string>({
  name,
  decider: { initial: [], decide: (word) => (word === 'poison' ? wrong() : [word]), evolve: (words, word) => [...words, word] },
  react: (word, words, { id }) => [writeRow({ table: 'words', id: `${id}|${words.length}`, insert: { word } })],
  ownerOf: (id) => id,
  ...(survivesErasure && { survivesErasure }),
});
const wrong = () => {
  throw new Error('poison');
};
const saying = said('said');
const service = defineService('routing', [on(Say, { aggregate: saying, idOf: ({ user }) => user, command: ({ word }) => word })], { asked: Erase, done: Erased, tables: ['words'] });

function bench() {
  const log = new InMemoryLog(() => 1, 1);
  const store = new InMemoryStore();
  let failing: string | undefined;
  const forgotten: string[] = [];
  let heartbeats = 0;
  const step = (name: string) => {
    if (failing !== name) return;
    failing = undefined;
    throw new Error(`crash at ${name}`);
  };
  const publisher = { publish: async (records: readonly OutgoingRecord[]) => {
    step('publish');
    await log.publish(records);
    step('reply');
  } };
  const run = async () => {
    const { generation } = log.join(INBOX);
    const session = log.session(INBOX, generation);
    const processor = new BatchProcessor(service, { store, publisher, policy: () => DEFAULT_POLICY, effects: {}, forgetUser: async (user, between) => {
      step('forget');
      for (const _ of [1, 2, 3]) await between();
      forgotten.push(user);
    } });
    await processor.process(log.fetch(INBOX, new Map(), 100), { ...session, commit: async (next) => {
      step('commit');
      await session.commit(next);
    }, heartbeat: async () => {
      heartbeats += 1;
      await session.heartbeat();
      step('heartbeat');
    } });
  };
  const put = (key: string, value: string) => log.publish([{ topic: INBOX, key, value }]);
  return {
    log, store, forgotten, run,
    heartbeats: () => heartbeats,
    fail: (name: string) => (failing = name),
    say: (user: string, word: string) => put(user, encodeEvent('/routing/ingress', 'x', Say, { user, word })),
    erase: (user: CpmAddress, key: string = user) => put(key, encodeEvent('/device-registry/1/0', '7.0', Erase, { user, erasureId: 'e', round: 1, at: 5 })),
    words: () => Object.fromEntries(store.aggregates('said').map(({ stored }) => [stored.id, stored.state])),
    confirmations: () => log.records(inboxOf('device-registry')).map(({ value }) => (JSON.parse(value) as { id: string; data: object })),
  };
}

const steps = [undefined, 'forget', 'heartbeat', 'publish', 'reply', 'commit'];

it.each(steps)('erases a user at his place in the log, also when it is done again after a crash at %s', async (failing) => {
  const world = bench();
  await world.say(ann, 'before');
  await world.say(ann, 'poison');
  await world.say(bea, 'stays');
  await world.run();
  await world.say(ann, 'just before');
  await world.erase(ann);
  await world.say(ann, 'after');
  await world.say(bea, 'too');
  if (failing !== undefined) {
    world.fail(failing);
    await expect(world.run()).rejects.toThrow(failing);
  }
  await world.run();
  expect(world.words()).toEqual({ [ann]: ['after'], [bea]: ['stays', 'too'] });
  expect([...world.store.rows('words').keys()].sort()).toEqual([`${ann}|1`, `${bea}|1`, `${bea}|2`]);
  expect(world.store.rows(DEAD_LETTER_TABLE).size).toBe(0);
  expect(new Set(world.forgotten)).toEqual(new Set([ann]));
  const confirmations = world.confirmations();
  expect(new Set(confirmations.map(({ id }) => id)).size).toBe(1);
  expect(confirmations[0]?.data).toEqual({ user: ann, erasureId: 'e', round: 1, at: 5, service: 'routing' });
  expect(world.log.lag(INBOX)).toBe(0);
});

it('lets nobody who read a user before it replace what is written of him after it', async () => {
  const world = bench();
  await world.say(ann, 'before');
  await world.run();
  const [read] = await world.store.load('said', [ann]) as [StoredAggregate];
  await world.erase(ann);
  await world.say(ann, 'after');
  await world.run();
  const late = { ...read, version: read.version + 1, watermark: read.watermark + 1 };
  expect(await world.store.write([], [{ kind: 'said', isFirst: false, next: late, due: undefined, open: false, removableAt: undefined, message: undefined, journey: [] }])).toBe('conflict');
  expect(world.words()).toEqual({ [ann]: ['after'] });
});

it('keeps its partitions however long it takes to forget a user', async () => {
  const world = bench();
  await world.erase(ann);
  await world.run();
  // One before, three while it forgets, and one after each of the aggregates, the table and the letters.
  expect([world.forgotten, world.heartbeats()]).toEqual([[ann], 7]);
});

it('puts an order aside that stands in the log of another user', async () => {
  const world = bench();
  await world.say(ann, 'stays');
  await world.erase(ann, bea);
  await world.run();
  expect(world.words()).toEqual({ [ann]: ['stays'] });
  expect(world.store.rows(DEAD_LETTER_TABLE).size).toBe(1);
  expect(world.confirmations()).toEqual([]);
});
