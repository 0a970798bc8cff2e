import type { FetchSession, InboxRecord, PartitionBatch, Publisher } from './log.js';
import { OwnershipLostError } from './log.js';

/** What one fetch brought, and the right to commit it. */
export interface Fetch {
  readonly batches: readonly PartitionBatch[];
  readonly session: FetchSession;
}

/** A member of the consumer group that takes all partitions it can get. */
export interface LogMember {
  /** The next fetch that brings records; the one before is over then, committed or not. */
  next(): Promise<Fetch>;
  /** Goes without committing anything more. */
  leave(): Promise<void>;
}

/** An empty topic of several partitions and its consumer group. */
export interface LogUnderTest {
  readonly topic: string;
  readonly publisher: Publisher;
  join(): Promise<LogMember>;
  close(): Promise<void>;
}

const NO_LIMIT_MS = 60_000;
const KEYS = ['tel:+4915110000001', 'tel:+4915110000002', 'sip:carol@example.org', 'sip:dave@example.org'];

const recordsOf = ({ batches }: Fetch): InboxRecord[] => batches.flatMap(({ records }) => [...records]);
const nextOf = ({ batches }: Fetch) => new Map(batches.map(({ partition, records }) => [partition, (records.at(-1)?.offset ?? -1) + 1]));

/** Commits fetch by fetch until `count` records came. */
async function consume(member: LogMember, count: number): Promise<InboxRecord[]> {
  const all: InboxRecord[] = [];
  while (all.length < count) {
    const fetch = await member.next();
    all.push(...recordsOf(fetch));
    await fetch.session.commit(nextOf(fetch));
  }
  return all;
}

/** What every log promises. `make` gives a fresh, empty one. */
export function describeLogContract(name: string, make: () => Promise<LogUnderTest>): void {
  describe(`${name} keeps the log's contract`, () => {
    let log: LogUnderTest;
    beforeEach(async () => {
      log = await make();
    }, NO_LIMIT_MS);
    afterEach(() => log.close(), NO_LIMIT_MS);
    const publish = (...values: string[]) => log.publisher.publish(values.map((value, index) => ({ topic: log.topic, key: KEYS[index % KEYS.length] as string, value })));

    it('gives each key one partition, in the order of publication', async () => {
      await publish(...Array.from({ length: 40 }, (_, index) => `first-${index}`));
      await publish(...Array.from({ length: 40 }, (_, index) => `second-${index}`));
      const records = await consume(await log.join(), 80);
      for (const [index, key] of KEYS.entries()) {
        const own = records.filter((record) => record.key === key);
        const numbers = Array.from({ length: 10 }, (_, turn) => turn * KEYS.length + index);
        expect(own.map(({ value }) => value)).toEqual([...numbers.map((number) => `first-${number}`), ...numbers.map((number) => `second-${number}`)]);
        expect(new Set(own.map(({ partition }) => partition)).size).toBe(1);
      }
    }, NO_LIMIT_MS);

    it('numbers the records of a partition from 0 without gaps and stamps them with its own time', async () => {
      await publish(...Array.from({ length: 20 }, (_, index) => `${index}`));
      const records = await consume(await log.join(), 20);
      for (const own of Map.groupBy(records, ({ partition }) => partition).values()) {
        expect(own.map(({ offset }) => offset)).toEqual(own.map((_, index) => index));
        expect(own.map(({ timestamp }) => timestamp)).toEqual(own.map(({ timestamp }) => timestamp).toSorted((a, b) => a - b));
        expect(own.every(({ timestamp }) => timestamp > 0)).toBe(true);
      }
    }, NO_LIMIT_MS);

    it('keeps concurrent publications whole and each in its order', async () => {
      await Promise.all(Array.from({ length: 20 }, (_, call) => log.publisher.publish([0, 1, 2].map((part) => ({ topic: log.topic, key: KEYS[0] as string, value: `${call}.${part}` })))));
      const values = (await consume(await log.join(), 60)).map(({ value }) => value);
      for (let call = 0; call < 20; call += 1) expect(values.filter((value) => value.startsWith(`${call}.`))).toEqual([0, 1, 2].map((part) => `${call}.${part}`));
      expect(new Set(values).size).toBe(60);
    }, NO_LIMIT_MS);

    it('gives what was not committed to the next member, and nothing else', async () => {
      await publish('a', 'b', 'c', 'd');
      const first = await log.join();
      await consume(first, 4);
      await publish('e', 'f', 'g', 'h');
      await first.next();
      await first.leave();
      const second = await consume(await log.join(), 4);
      expect(second.map(({ value }) => value).toSorted()).toEqual(['e', 'f', 'g', 'h']);
    }, NO_LIMIT_MS);

    it('tells from where on each batch is not committed', async () => {
      await publish('a', 'b', 'c', 'd');
      const member = await log.join();
      const before = new Map((await consume(member, 4)).map(({ partition, offset }) => [partition, offset + 1]));
      await publish('e', 'f', 'g', 'h');
      let seen = 0;
      while (seen < 4) {
        const fetch = await member.next();
        for (const { partition, committed, records } of fetch.batches) {
          expect(committed).toBe(before.get(partition));
          expect(records[0]?.offset).toBe(committed);
          before.set(partition, committed + records.length);
        }
        await fetch.session.heartbeat();
        await fetch.session.commit(nextOf(fetch));
        seen += recordsOf(fetch).length;
      }
    }, NO_LIMIT_MS);

    it('refuses the commit of a member whose partitions another one has', async () => {
      await publish('a', 'b', 'c', 'd');
      const old = await log.join();
      const held = await old.next();
      const fresh = await log.join();
      await fresh.next();
      await expect(held.session.commit(nextOf(held))).rejects.toBeInstanceOf(OwnershipLostError);
      await expect(held.session.heartbeat()).rejects.toBeInstanceOf(OwnershipLostError);
      await old.leave();
      await fresh.leave();
      expect(await consume(await log.join(), 4)).toHaveLength(4);
    }, NO_LIMIT_MS);
  });
}
