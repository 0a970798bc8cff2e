import type { Count } from '@cpm/metrics';
import type { AnyAggregate, RowWrite, ServiceDefinition } from '@cpm/runtime-decider';
import { RefusedWriteError, type AggregateStore, type AggregateWrite, type EffectHandlers, type FetchSession, type PartitionBatch, type Publisher } from '@cpm/runtime-ports';
import type { Policy } from '@cpm/vocabulary';
import type { LRUCache } from 'lru-cache';
import { aggregateCache, type CachedAggregate } from './aggregate-cache.js';
import { stepTimes, type BatchMeasure } from './batch-measure.js';
import { traceBatch, type BatchTrace } from './batch-trace.js';
import { decideMessage, type Surroundings } from './decide-message.js';
import { beforeErasure, InboxDecoder, type ErasureMessage, type InboxMessage, type Poison } from './inbox-message.js';
import { deadLetterRow, refusedRecord } from './dead-letter.js';
import { keyOf, kindsToLookUp, openNow } from './open-aggregates.js';
import { outgoingRecords } from './outgoing-records.js';
import { runEffects, type TracedEffect } from './run-effects.js';
import { splitBatches } from './split-batches.js';
import { eraseUser, type ForgetUser } from './user-erasure.js';
import { WorkingCopy } from './working-copy.js';

export interface ProcessorPorts {
  readonly store: AggregateStore;
  readonly publisher: Publisher;
  readonly policy: () => Policy;
  readonly effects: EffectHandlers;
  /** Told of the outcome of commands, for whoever waits in this process. */
  readonly answered?: (commandId: string, outcome: unknown) => void;
  readonly measured?: (measure: BatchMeasure) => void;
  /** Told what the decisions of a batch counted, once they are written. */
  readonly counted?: (counts: readonly Count[]) => void;
  readonly forgetUser?: ForgetUser | undefined;
}

/** Another owner wrote first: nothing was produced, the batch must be decided again from what is stored now. */
export class WriteConflictError extends Error {
  override readonly name = 'WriteConflictError';
}

/** What a batch has become in memory, before anything is written. */
interface Plan {
  readonly copies: ReadonlyMap<string, WorkingCopy>;
  readonly rows: RowWrite[];
  readonly effects: TracedEffect[];
  readonly answers: { commandId: string; outcome: unknown }[];
  readonly counts: Count[];
  readonly poison: Poison[];
  /** Records that were decided, from the first. */
  handled: number;
}

/** Characters that a batch may put out: a document holds 16 MB at most, and what one record puts out comes on top. */
const OUTPUT_LIMIT = 2 * 2 ** 20;

/**
 * The runtime of every service: decode, load all aggregates at once, decide in log order, write all at once, publish
 * all at once, commit. A crash between any two steps repeats the batch; versions, watermarks and provenance make the
 * repetition invisible.
 */
export class BatchProcessor {
  private readonly decoder: InboxDecoder;
  private readonly cache: LRUCache<string, CachedAggregate>;
  /** Off after a write did not go through: then the store is asked whether an aggregate exists. */
  private takesForNew = true;

  constructor(
    private readonly service: ServiceDefinition,
    private readonly ports: ProcessorPorts,
    cachedAggregates = 20_000,
    private readonly outputLimit = OUTPUT_LIMIT,
  ) {
    this.decoder = new InboxDecoder(service);
    this.cache = aggregateCache(cachedAggregates);
  }

  /** Forgets cached aggregates: call when partitions were lost or gained. */
  forget(): void {
    this.cache.clear();
  }

  /** A batch that holds what the store will never take is halved until that stands alone, and is put aside. */
  async process(batches: readonly PartitionBatch[], session: FetchSession): Promise<void> {
    for (let rest = batches; rest.length > 0;) {
      try {
        rest = await this.processSome(rest, session);
      } catch (error) {
        if (!(error instanceof RefusedWriteError)) throw error;
        const count = rest.reduce((sum, { records }) => sum + records.length, 0);
        const { handled, rest: later } = splitBatches(rest, Math.ceil(count / 2));
        await (count === 1 ? this.processSome(rest, session, error) : this.process(handled, session));
        rest = later;
      }
    }
  }

  /** Handles records until they have put out enough, for outputs stand in their aggregate's document until they are committed; what is left. `refused`: they go aside. */
  private async processSome(batches: readonly PartitionBatch[], session: FetchSession, refused?: RefusedWriteError): Promise<readonly PartitionBatch[]> {
    const decoded = batches.flatMap(({ records }) => records.map((record) => (refused ? refusedRecord(record, refused) : this.decoder.decode(record))));
    const [first] = decoded;
    if (first?.kind === 'erasure') return this.erase(first, batches, session);
    const messages = beforeErasure(decoded);
    return traceBatch(this.service.name, messages, (trace) => this.handle(messages, batches, session, trace));
  }

  private async handle(messages: readonly (InboxMessage | Poison)[], batches: readonly PartitionBatch[], session: FetchSession, trace: BatchTrace): Promise<readonly PartitionBatch[]> {
    const clock = [performance.now()];
    const copies = await this.load(messages);
    const open = await this.lookUpOpen(messages);
    clock.push(performance.now());
    const plan = this.decide(messages, copies, open, trace);
    clock.push(performance.now());
    const { handled, rest } = splitBatches(batches, plan.handled);
    await this.write(plan, handled);
    this.ports.counted?.(plan.counts);
    runEffects(plan.effects, this.ports.effects);
    clock.push(performance.now());
    const records = outgoingRecords(this.service.name, plan, handled);
    if (records.length > 0) await this.ports.publisher.publish(records);
    for (const { commandId, outcome } of plan.answers) this.ports.answered?.(commandId, outcome);
    clock.push(performance.now());
    await session.commit(new Map(handled.map(({ partition, records: all }) => [partition, (all.at(-1)?.offset ?? -1) + 1])));
    clock.push(performance.now());
    const { copies: { size: aggregates }, handled: count, poison } = plan;
    this.ports.measured?.({ records: count, aggregates, published: records.length, deadLetters: poison.map(({ fault }) => fault), ...stepTimes(clock) });
    return rest;
  }

  /** Alone, when all that stands before it in the log is committed. */
  private async erase(message: ErasureMessage, batches: readonly PartitionBatch[], session: FetchSession): Promise<readonly PartitionBatch[]> {
    const { rest } = splitBatches(batches, 1);
    this.cache.clear();
    this.takesForNew = false;
    await eraseUser(this.service, message, this.ports, session);
    await session.commit(new Map([[message.record.partition, message.record.offset + 1]]));
    return rest;
  }

  /** Every aggregate and view the messages name, from the cache or with one query per kind. */
  private async load(messages: readonly (InboxMessage | Poison)[]): Promise<Map<string, WorkingCopy>> {
    const copies = new Map<string, WorkingCopy>();
    const missing = new Map<AnyAggregate, Set<string>>();
    const want = (aggregate: AnyAggregate, id: string, isNew = false) => {
      const key = keyOf(aggregate, id);
      if (copies.has(key)) return;
      const cached = this.cache.get(key);
      if (cached || isNew) copies.set(key, new WorkingCopy(aggregate, id, cached?.stored));
      else missing.set(aggregate, (missing.get(aggregate) ?? new Set()).add(id));
    };
    for (const message of messages) {
      if (message.kind === 'poison') continue;
      want(message.aggregate, message.id, this.takesForNew && message.kind === 'event' && message.subscription.begins);
      if (message.aggregate.view) want(message.aggregate.view.aggregate, message.aggregate.view.idOf(message.id));
    }
    await Promise.all([...missing].map(async ([aggregate, ids]) => {
      const stored = new Map((await this.ports.store.load(aggregate.name, [...ids])).map((one) => [one.id, one]));
      for (const id of ids) {
        copies.set(keyOf(aggregate, id), new WorkingCopy(aggregate, id, stored.get(id)));
        this.cache.set(keyOf(aggregate, id), { stored: stored.get(id) });
      }
    }));
    return copies;
  }

  private async lookUpOpen(messages: readonly (InboxMessage | Poison)[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const found = new Map<string, readonly string[]>();
    for (const message of messages) {
      for (const kind of kindsToLookUp(message)) {
        const key = keyOf(kind, message.record.key);
        if (!found.has(key)) found.set(key, await this.ports.store.openOf(kind.name, message.record.key));
      }
    }
    return found;
  }

  private decide(messages: readonly (InboxMessage | Poison)[], copies: ReadonlyMap<string, WorkingCopy>, stored: ReadonlyMap<string, readonly string[]>, trace: BatchTrace): Plan {
    const plan: Plan = { copies, rows: [], effects: [], answers: [], counts: [], poison: [], handled: 0 };
    const surroundings: Surroundings = {
      service: this.service.name,
      policy: this.ports.policy(),
      view: (aggregate, id) => copies.get(keyOf(aggregate, id))?.state,
      open: (message) => openNow(message, copies, stored),
    };
    for (let produced = 0; plan.handled < messages.length && produced < this.outputLimit;) {
      const message = messages[plan.handled] as InboxMessage | Poison;
      plan.handled += 1;
      if (message.kind === 'poison') {
        plan.poison.push(message);
        continue;
      }
      const copy = copies.get(keyOf(message.aggregate, message.id)) as WorkingCopy;
      try {
        const { outcome, traceparent } = trace.decision(message, copy, (under) => ({ outcome: decideMessage(message, copy, surroundings, under), traceparent: under }));
        plan.rows.push(...outcome.rows);
        plan.effects.push(...outcome.effects.map((effect) => ({ effect, traceparent })));
        plan.answers.push(...outcome.answers);
        plan.counts.push(...outcome.counts);
        produced += outcome.produced;
      } catch (error) {
        plan.poison.push({ kind: 'poison', record: message.record, fault: 'not-decidable', reason: `decider: ${(error as Error).message}`.slice(0, 500) });
      }
    }
    return plan;
  }

  private async write({ copies, rows, poison }: Plan, batches: readonly PartitionBatch[]): Promise<void> {
    const committed = new Map(batches.map((batch) => [batch.partition, batch.committed]));
    const partitionOf = new Map(batches.flatMap(({ partition, records }) => records.map(({ key }) => [key, partition] as const)));
    const writes: AggregateWrite[] = [];
    for (const copy of copies.values()) {
      if (!copy.changed) continue;
      const partition = partitionOf.get(copy.aggregate.ownerOf(copy.id));
      if (partition === undefined) throw new Error(`${copy.aggregate.name} ${copy.id} does not belong to the user of its event`);
      writes.push(copy.write(partition, committed.get(partition) ?? 0));
    }
    const deadLetters = poison.map((letter) => deadLetterRow(this.service.name, letter));
    if (writes.length + rows.length + deadLetters.length === 0) return;
    const keys = writes.map(({ kind, next }) => `${kind}\u0000${next.id}`);
    try {
      if ((await this.ports.store.write([...rows, ...deadLetters], writes)) === 'conflict') throw new WriteConflictError(`${this.service.name}: another owner wrote first`);
    } catch (error) {
      // What is stored now is not known: the next attempt must read it.
      this.cache.clear();
      this.takesForNew = false;
      throw error;
    }
    this.takesForNew = true;
    writes.forEach(({ next }, index) => this.cache.set(keys[index] as string, { stored: next }));
  }
}
