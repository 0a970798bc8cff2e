import { DEAD_LETTER_TABLE, deadLettersOf, defineEvent, defineService, inboxOf, on, type ServiceDefinition } from '@cpm/runtime-decider';
import { type FetchSession, InMemoryLog, InMemoryStore, type OutgoingRecord, RefusedWriteError } from '@cpm/runtime-ports';
import { DEFAULT_POLICY } from '@cpm/vocabulary';
import { z } from 'zod';
import type { BatchMeasure } from './batch-measure.js';
import { BatchProcessor, WriteConflictError } from './batch-processor.js';
import { Add, counting } from './counter.fixture.js';
import { encodeEvent } from './envelope.js';
import { splitBatches } from './split-batches.js';
import { TimerScanner } from './timer-scanner.js';

const INBOX = inboxOf('routing');
const ANN = 'tel:+4915110000001';

/** One partition, one consumer; `fail` makes a named step throw once, as a crash there would. */
function bench(service = counting, outputLimit?: number) {
  let now = 1_000;
  const log = new InMemoryLog(() => now, 1);
  const store = new InMemoryStore();
  const rung: unknown[] = [];
  const answers: [string, unknown][] = [];
  const counted: number[] = [];
  const measures: BatchMeasure[] = [];
  let failing: string | undefined;
  const failAt = (step: string) => {
    if (failing !== step) return;
    failing = undefined;
    throw new Error(`crash at ${step}`);
  };
  const publisher = {
    publish: async (records: readonly OutgoingRecord[]) => {
      failAt('publish');
      await log.publish(records);
      failAt('publish reply');
    },
  };
  const start = () =>
    new BatchProcessor(service, {
      store, publisher, policy: () => DEFAULT_POLICY, effects: { ring: (inputs) => rung.push(...inputs) }, answered: (id, outcome) => answers.push([id, outcome]),
      counted: (counts) => counted.push(...counts.map(({ by }) => by)), measured: (measure) => measures.push(measure),
    }, undefined, outputLimit);
  let { generation } = log.join(INBOX);
  let processor = start();
  const session = (): FetchSession => {
    const inner = log.session(INBOX, generation);
    return { ...inner, commit: async (next) => { failAt('commit'); await inner.commit(next); } };
  };
  return {
    log, store, rung, answers, counted, measures, publisher,
    set now(value: number) { now = value; },
    add: (amount: number, how: { user?: string; source?: string; id?: string; commandId?: string; key?: string } = {}) => {
      const user = how.user ?? ANN;
      const value = encodeEvent(how.source ?? '/client-edge/ingress', how.id ?? 'x', Add, { user, amount, commandId: how.commandId });
      return log.publish([{ topic: INBOX, key: how.key ?? user, value }]);
    },
    fail: (step: string) => { failing = step; },
    restart: () => { ({ generation } = log.join(INBOX)); processor = start(); },
    run: async (limit = 100) => processor.process(log.fetch(INBOX, new Map(), limit), session()),
    processor: () => processor,
    session,
    total: (user = ANN) => (store.aggregates('counter').find(({ stored }) => stored.id === user)?.stored.state as { total: number } | undefined)?.total,
    published: () => log.records(inboxOf('client-edge')).map(({ value }) => (JSON.parse(value) as { id: string; data: { total: number } })),
  };
}

describe('what decisions count', () => {
  it.each(['publish', 'publish reply', 'commit'])('counts once when the batch is repeated after a crash at %s', async (step) => {
    const world = bench();
    await world.add(3);
    world.fail(step);
    await expect(world.run()).rejects.toThrow(step);
    expect(world.counted).toEqual([3]);
    world.restart();
    await world.run();
    expect(world.counted).toEqual([3]);
  });

  it('does not count what could not be written', async () => {
    const world = bench();
    await world.add(3);
    const write = world.store.write.bind(world.store);
    world.store.write = async () => 'conflict';
    await expect(world.run()).rejects.toThrow(WriteConflictError);
    expect(world.counted).toEqual([]);
    world.store.write = write;
    await world.run();
    expect(world.counted).toEqual([3]);
  });
});

it('measures each step of a batch, and why records went aside', async () => {
  const world = bench();
  await world.add(1);
  await world.add(-1);
  await world.log.publish([{ topic: INBOX, key: ANN, value: 'no envelope' }]);
  await world.run();
  expect(world.measures).toMatchObject([{ records: 3, deadLetters: ['not-decidable', 'not-understood'] }]);
  for (const step of ['loadMs', 'decideMs', 'writeMs', 'publishMs', 'commitMs'] as const) expect(world.measures[0]?.[step]).toBeGreaterThanOrEqual(0);
});

describe('records that put out much', () => {
  it('are written, published and committed a part at a time, each with its outputs only', async () => {
    const world = bench(counting, 1);
    for (const amount of [1, 2, 3]) await world.add(amount);
    const outboxes: number[] = [];
    const write = world.store.write.bind(world.store);
    world.store.write = (rows, writes) => {
      outboxes.push(...writes.map(({ next }) => next.outbox.length));
      return write(rows, writes);
    };
    await world.run();
    // One output for each of two listeners.
    expect(outboxes).toEqual([2, 2, 2]);
    expect(world.total()).toBe(6);
    expect(world.published().map(({ data }) => data.total)).toEqual([1, 3, 6]);
    expect(world.log.lag(INBOX)).toBe(0);
  });

  it('come again from where the last part was committed', async () => {
    const world = bench(counting, 1);
    for (const amount of [1, 2, 3]) await world.add(amount);
    world.fail('commit');
    await expect(world.run()).rejects.toThrow('crash at commit');
    world.restart();
    await world.run();
    expect(world.total()).toBe(6);
    expect(world.published().map(({ data }) => data.total)).toEqual([1, 1, 3, 6]);
    expect(new Set(world.published().map(({ id }) => id)).size).toBe(3);
  });

  it('of several partitions go on with the next when one is through', () => {
    const record = (partition: number, offset: number) => ({ partition, offset, timestamp: 0, key: ANN, value: '' });
    const batches = [{ partition: 0, committed: 4, records: [record(0, 5), record(0, 7)] }, { partition: 1, committed: 0, records: [record(1, 0)] }];
    expect(splitBatches(batches, 1)).toEqual({
      handled: [{ partition: 0, committed: 4, records: [record(0, 5)] }],
      rest: [{ partition: 0, committed: 7, records: [record(0, 7)] }, { partition: 1, committed: 0, records: [record(1, 0)] }],
    });
    expect(splitBatches(batches, 3).rest).toEqual([]);
  });
});

describe('an event that begins an aggregate', () => {
  const beginning = { ...counting, subscriptions: counting.subscriptions.map((subscription) => ({ ...subscription, begins: true as const })) };

  it('is decided without asking the store', async () => {
    const world = bench(beginning);
    const asked: string[] = [];
    world.store.load = async (kind) => {
      asked.push(kind);
      return [];
    };
    await world.add(1);
    await world.run();
    await world.add(2);
    await world.run();
    expect(asked).toEqual([]);
    expect(world.total()).toBe(3);
  });

  it('is decided on what is stored when it begins nothing', async () => {
    const world = bench(beginning);
    await world.add(1);
    await world.run();
    world.restart();
    await world.add(2);
    await world.add(5, { user: 'tel:+4915110000009' });
    await expect(world.run()).rejects.toThrow(WriteConflictError);
    await world.run();
    expect(world.total()).toBe(3);
    expect(world.total('tel:+4915110000009')).toBe(5);
    expect(world.published().map(({ data }) => data.total)).toEqual([1, 3, 5]);
  });
});

describe('a batch', () => {
  it('is decided in log order, written, published to every listener and committed', async () => {
    const world = bench();
    await world.add(1);
    await world.add(2);
    await world.run();
    expect(world.total()).toBe(3);
    expect(world.published().map(({ id, data }) => [id, data.total])).toEqual([['0.0', 1], ['1.0', 3]]);
    expect(world.log.records(inboxOf('report-aggregation'))).toHaveLength(2);
    expect(world.log.lag(INBOX)).toBe(0);
    expect(world.rung).toHaveLength(2);
    expect([...world.store.rows('totals').keys()]).toEqual([`${ANN}|1`, `${ANN}|3`]);
    expect(world.store.aggregates('counter')[0]?.journey.map(({ step }) => step)).toEqual(['grew by 1', 'grew by 2']);
  });

  it.each(['publish', 'publish reply', 'commit'])('that crashes at %s has its effect exactly once after a restart', async (step) => {
    const world = bench();
    await world.add(1);
    await world.add(2);
    world.fail(step);
    await expect(world.run()).rejects.toThrow('crash');
    world.restart();
    await world.run(1);
    await world.run();
    expect(world.total()).toBe(3);
    expect(new Set(world.published().map(({ id }) => id))).toEqual(new Set(['0.0', '1.0']));
    const firstCopies = world.published().map(({ id }) => id).filter((id, index, all) => all.indexOf(id) === index);
    expect(firstCopies).toEqual(['0.0', '1.0']);
    expect(world.rung).toHaveLength(2);
  });

  it('re-offers only the outputs of its own range, so that later ones do not overtake', async () => {
    const world = bench();
    await world.add(1);
    await world.add(5, { user: 'tel:+4915110000009' });
    await world.add(2);
    world.fail('publish');
    await expect(world.run()).rejects.toThrow('crash');
    world.restart();
    await world.run(2);
    expect(world.published().map(({ id }) => id)).toEqual(['0.0', '1.0']);
  });

  it('drops a copy of an upstream output, however late it comes', async () => {
    const world = bench();
    await world.add(1, { source: '/routing/1/0', id: '7.0' });
    await world.add(2, { source: '/routing/1/0', id: '9.0' });
    await world.run();
    await world.add(1, { source: '/routing/1/0', id: '7.0' });
    await world.add(4, { source: '/routing/1/1', id: '7.0' });
    await world.run();
    expect(world.total()).toBe(7);
  });

  it('produces nothing when another owner wrote first, and decides again on what that one wrote', async () => {
    const world = bench();
    await world.add(1);
    await world.run();
    const [known] = await world.store.load('counter', [ANN]);
    await world.add(2);
    await world.store.write([], [{ kind: 'counter', isFirst: false, next: { ...(known as NonNullable<typeof known>), version: (known?.version ?? 0) + 1, state: { total: 100 } }, due: undefined, open: false, removableAt: undefined, message: undefined, journey: [] }]);
    await expect(world.run()).rejects.toBeInstanceOf(WriteConflictError);
    expect(world.published()).toHaveLength(1);
    await world.run();
    expect(world.total()).toBe(102);
  });
});

describe('poison', () => {
  it.each([
    ['is not JSON', { topic: INBOX, key: ANN, value: '{' }, 'not JSON'],
    ['is of an unknown type', { topic: INBOX, key: ANN, value: '{"specversion":"1.0","id":"1","source":"/x/ingress","type":"cpm.no.Such.v1","data":{}}' }, 'not heard here'],
    ['misses a field', { topic: INBOX, key: ANN, value: encodeEvent('/x/ingress', '1', Add, { user: ANN, amount: 'many' }) }, 'amount'],
    ['has a key that is not its user', { topic: INBOX, key: 'tel:+4900000000', value: encodeEvent('/x/ingress', '1', Add, { user: ANN, amount: 1 }) }, 'key'],
    ['makes the decider throw', { topic: INBOX, key: ANN, value: encodeEvent('/x/ingress', '1', Add, { user: ANN, amount: -1 }) }, 'negative amount'],
    ['names a place that could become a prototype', { topic: INBOX, key: ANN, value: encodeEvent('__proto__', '1.0', Add, { user: ANN, amount: 1 }) }, 'source'],
    ['names a place that could be a path in a document', { topic: INBOX, key: ANN, value: encodeEvent('/x/1/0.$a', '1.0', Add, { user: ANN, amount: 1 }) }, 'source'],
    ['has no position in the place it names', { topic: INBOX, key: ANN, value: encodeEvent('/x/1/0', '1e3.0', Add, { user: ANN, amount: 1 }) }, 'id'],
    ['has a key that reaches a prototype', { topic: INBOX, key: ANN, value: encodeEvent('/x/ingress', '1', Add, { user: ANN, amount: 1 }).replace('"amount"', '"x":[{"__pro\\u0074o__":{}}],"amount"') }, 'x.0.__proto__: is a forbidden key'],
    ['nests deeper than anything may', { topic: INBOX, key: ANN, value: encodeEvent('/x/ingress', '1', Add, { user: ANN, amount: 1 }).replace('"amount"', `"x":${'['.repeat(50_000)}${']'.repeat(50_000)},"amount"`) }, 'must not nest deeper'],
    ['is about an id that no database keeps as it is', { topic: INBOX, key: 'tel:\ud800', value: encodeEvent('/x/ingress', '1', Add, { user: 'tel:\ud800', amount: 1 }) }, 'lone surrogate'],
  ])('that %s goes aside with the reason, and the partition moves on', async (_, record, reason) => {
    const world = bench();
    await world.log.publish([record]);
    await world.add(3);
    await world.run();
    expect(world.total()).toBe(3);
    const letters = [...world.store.rows(DEAD_LETTER_TABLE).values()];
    expect(letters).toMatchObject([{ value: record.value, replayed: false }]);
    expect(String(letters[0]?.['reason'])).toContain(reason);
    expect(world.log.records(deadLettersOf('routing'))).toHaveLength(1);
  });
});

describe('what was put aside', () => {
  it('is told in a part only when it would not fit the topic of dead letters', async () => {
    const world = bench();
    const value = '\u0001'.repeat(1_000_000);
    await world.log.publish([{ topic: INBOX, key: 'k'.repeat(100_000), value }]);
    await world.run();
    const [told] = world.log.records(deadLettersOf('routing'));
    expect(Buffer.byteLength(`${told?.key}${told?.value}`)).toBeLessThan(2 ** 20);
    expect(JSON.parse(told?.value ?? '')).toMatchObject({ id: 'cpm.routing.inbox/0/0', reason: 'not JSON', cut: true });
    expect([...world.store.rows(DEAD_LETTER_TABLE).values()]).toMatchObject([{ value }]);
  });

  it('has a reason that quotes nothing of it', async () => {
    const world = bench();
    await world.log.publish([{ topic: INBOX, key: ANN, value: '{"text": my secret}' }, { topic: INBOX, key: ANN, value: encodeEvent('/x/ingress', '1', Add, { user: ANN, amount: 1 }).replace('routing.Add', 'tel:+49151<b>') }]);
    await world.run();
    const reasons = [...world.store.rows(DEAD_LETTER_TABLE).values()].map(({ reason }) => String(reason));
    expect(reasons).toEqual(['not JSON', 'type: cpm.tel??49151?b?.v1 is not heard here']);
  });
});

describe('what the log or the store will never take', () => {
  const refusing = (world: ReturnType<typeof bench>, isRefused: (total: number) => boolean) => {
    const write = world.store.write.bind(world.store);
    let tries = 0;
    world.store.write = async (rows, writes) => {
      tries += 1;
      if (writes.some(({ next: { state } }) => isRefused((state as { total: number }).total))) throw new RefusedWriteError('it cannot be kept');
      return write(rows, writes);
    };
    return () => tries;
  };

  it('of a batch goes aside alone, and all else is done in order', async () => {
    const world = bench();
    const tries = refusing(world, (total) => total >= 1_000);
    for (let index = 0; index < 64; index += 1) await world.add(index === 40 ? 1_000 : 1, { user: `tel:+49151${String(index % 8)}` });
    await world.run();
    expect([...world.store.rows(DEAD_LETTER_TABLE)].map(([id, { reason }]) => [id, reason])).toEqual([['cpm.routing.inbox/0/40', 'store: it cannot be kept']]);
    expect(Array.from({ length: 8 }, (_, user) => world.total(`tel:+49151${String(user)}`))).toEqual([7, 8, 8, 8, 8, 8, 8, 8]);
    expect(world.published()).toHaveLength(63);
    expect(world.log.lag(INBOX)).toBe(0);
    expect(tries()).toBeLessThan(20);
  });

  it('is not what fails for want of a server', async () => {
    const world = bench();
    world.store.write = async () => Promise.reject(new Error('no primary'));
    await world.add(1);
    await expect(world.run()).rejects.toThrow('no primary');
    expect(world.log.lag(INBOX)).toBe(1);
  });

  it('as an output is never put out: what caused it goes aside', async () => {
    const world = bench();
    const user = `tel:${'9'.repeat(600_000)}`;
    await world.add(1, { user });
    await world.add(2);
    await world.run();
    expect([...world.store.rows(DEAD_LETTER_TABLE).values()].map(({ reason }) => String(reason))).toEqual([expect.stringContaining('decider: Added would have 12')]);
    expect(world.total()).toBe(2);
  });

  it('as a record that lies in a wrong partition goes aside before anybody acts on it', async () => {
    const world = bench();
    await world.add(1);
    const [batch] = world.log.fetch(INBOX, new Map(), 1);
    await world.processor().process([{ ...batch!, records: batch!.records.map((record) => ({ ...record, fault: 'key: does not belong into this partition' })) }], world.session());
    expect(world.total()).toBeUndefined();
    expect([...world.store.rows(DEAD_LETTER_TABLE).values()]).toMatchObject([{ reason: 'key: does not belong into this partition' }]);
  });
});

describe('a command', () => {
  it('that is repeated gets the first outcome and does nothing twice', async () => {
    const world = bench();
    await world.add(5, { commandId: 'c1' });
    await world.add(5, { commandId: 'c1' });
    await world.run();
    expect(world.total()).toBe(5);
    expect(world.answers).toEqual([['c1', 5], ['c1', 5]]);
    expect(await world.store.answerTo('counter', ANN, 'c1')).toEqual({ outcome: 5 });
  });
});

describe('a timer', () => {
  it('fires once through the log, however often it is injected', async () => {
    const world = bench();
    await world.add(5);
    await world.run();
    const scanners = [1, 2].map(() => new TimerScanner(counting, world.store, world.publisher));
    expect(await scanners[0]?.scan([0], 1_999)).toBe(0);
    for (const scanner of scanners) expect(await scanner.scan([0], 2_000)).toBe(1);
    expect(await scanners[0]?.scan([0], 2_001)).toBe(0);
    const late: number[] = [];
    await new TimerScanner(counting, world.store, world.publisher).scan([0], 2_300, (lateMs) => late.push(lateMs));
    expect(late).toEqual([300]);
    await world.add(2);
    await world.run();
    expect(world.total()).toBe(2);
  });

  it('that nobody waits for any more changes nothing', async () => {
    const world = bench();
    await world.add(5);
    await world.run();
    world.now = 1_500;
    await world.add(1);
    await new TimerScanner(counting, world.store, world.publisher).scan([0], 2_000);
    await world.run();
    expect(world.total()).toBe(6);
  });
});

describe('a state that an earlier version stored', () => {
  const [counter] = counting.aggregates;
  const newer = { ...counter!, upgrade: (stored: { sum?: number; total: number }) => (stored.sum === undefined ? stored : { total: stored.sum, resetAt: 100 }) };
  const service = { ...counting, aggregates: [newer], subscriptions: counting.subscriptions.map((subscription) => ({ ...subscription, aggregate: newer })) };
  const stored = async () => {
    const world = bench(service);
    const next = { id: ANN, owner: ANN, partition: 0, version: 1, watermark: 0, seen: {}, decidedAt: 0, state: { sum: 5 }, outbox: [], answers: [] };
    await world.store.write([], [{ kind: 'counter', isFirst: true, next, due: 100, open: false, removableAt: undefined, message: undefined, journey: [] }]);
    return world;
  };

  it('is decided on in the form of this version, and kept in it', async () => {
    const world = await stored();
    await world.add(2);
    await world.run();
    expect(world.total()).toBe(7);
  });

  it('waits for what its form of this version waits for', async () => {
    const world = await stored();
    expect(await new TimerScanner(service, world.store, world.publisher).scan([0], 100)).toBe(1);
  });
});

describe('two versions of an event', () => {
  const [heard] = counting.subscriptions;
  const AddV2 = defineEvent({
    type: 'Add', version: 2, owner: 'routing', listeners: ['routing'], summary: 'add several to a count', key: ({ user }) => user, schema: z.object({ user: z.string(), amounts: z.array(z.number()) }),
  });
  const newer = defineService('routing', [
    ...counting.subscriptions,
    on(AddV2, { aggregate: heard!.aggregate as never, idOf: ({ user }) => user, command: ({ amounts }, { now }) => ({ amount: amounts.reduce((sum, each) => sum + each, 0), now }) as never }),
  ]);
  const both = async (service: ServiceDefinition) => {
    const world = bench(service);
    await world.add(1);
    await world.log.publish([{ topic: INBOX, key: ANN, value: encodeEvent('/client-edge/ingress', 'y', AddV2, { user: ANN, amounts: [2, 3] }) }]);
    await world.add(10, { id: 'z' });
    await world.run();
    return world;
  };

  it('come to one aggregate, in the order of the log', async () => {
    const world = await both(newer);
    expect(world.published().map(({ data }) => data.total)).toEqual([1, 6, 16]);
  });

  it('are not both understood by the service as it was before: what it does not know is kept for the next', async () => {
    const world = await both(counting);
    expect(world.total()).toBe(11);
    expect([...world.store.rows(DEAD_LETTER_TABLE).values()]).toMatchObject([{ reason: expect.stringContaining('cpm.routing.Add.v2'), replayed: false }]);
  });
});
