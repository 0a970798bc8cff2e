import type { RowWrite, ServiceDefinition, ServiceName } from '@cpm/runtime-decider';
import type { AggregateStore, AggregateWrite, EffectHandlers, FetchSession, InMemoryStore, OutgoingRecord, Publisher } from '@cpm/runtime-ports';
import { InjectedError, type World } from './world.js';

/** The ports of one simulated process: between any two things that others can see it takes a turn, and may crash, stall or fail there. */
export interface NodePorts {
  readonly store: AggregateStore;
  readonly publisher: Publisher;
  /** The scan loop has a publisher of its own, so that it never waits for a batch. */
  readonly timerPublisher: Publisher;
  readonly effects: EffectHandlers;
  session(inner: FetchSession): FetchSession;
  turn(): Promise<void>;
}

export interface NodeLife {
  /** Called at every turn: may kill or stall the node. Resolves when the node may go on; never, when it died. */
  turn(): Promise<void>;
}

export function nodePorts(world: World, service: ServiceDefinition, store: InMemoryStore, life: NodeLife, effects: EffectHandlers): NodePorts {
  const { turn } = life;
  return {
    turn,
    store: faultyStore(world, service.name, store, turn),
    publisher: faultyPublisher(world, turn),
    timerPublisher: faultyPublisher(world, turn),
    effects,
    session: (inner) => ({
      heartbeat: async () => {
        await turn();
        await inner.heartbeat();
      },
      commit: async (next) => {
        await turn();
        await inner.commit(next);
        world.committed(service.name, next);
      },
    }),
  };
}

function faultyStore(world: World, service: ServiceName, store: InMemoryStore, turn: () => Promise<void>): AggregateStore {
  const fail = (label: string) => {
    if (world.dice.chance(world.faults.storeUnavailable)) throw new InjectedError(`${label}: store unavailable`);
  };
  return {
    load: async (kind, ids) => {
      await turn();
      fail('load');
      return store.load(kind, ids);
    },
    erase: async (owner, parts, between) => {
      await turn();
      fail('erase');
      await store.erase(owner, parts, async () => {
        world.history.forgot(service, owner);
        await between();
        await turn();
      });
      world.history.forgot(service, owner);
    },
    openOf: async (kind, owner) => {
      await turn();
      return store.openOf(kind, owner);
    },
    write: async (rows: readonly RowWrite[], aggregates: readonly AggregateWrite[]) => {
      await turn();
      fail('write');
      let written: 'written' | 'conflict' = 'written';
      await store.write(rows, []);
      // An unordered bulk write can stop after any of its documents.
      for (const write of aggregates) {
        if (aggregates.length > 1) await turn();
        if ((await store.write([], [write])) === 'conflict') written = 'conflict';
        else world.wrote(service, write);
      }
      await turn();
      fail('write reply');
      return written;
    },
    due: async (kinds, partitions, until, limit) => store.due(kinds, partitions, until, limit),
    answerTo: async (kind, id, commandId) => store.answerTo(kind, id, commandId),
  };
}

function faultyPublisher(world: World, turn: () => Promise<void>): Publisher {
  return {
    publish: async (records) => {
      // Requests to different partitions reach the log in any order; within one partition order is kept.
      for (const group of byPartition(world, records)) {
        await turn();
        await world.append(group);
        if (world.dice.chance(world.faults.duplicatePublish)) await world.append(group);
      }
      if (world.dice.chance(world.faults.replyLost)) throw new InjectedError('publish: reply lost');
    },
  };
}

function byPartition(world: World, records: readonly OutgoingRecord[]): OutgoingRecord[][] {
  const groups = new Map<string, OutgoingRecord[]>();
  for (const record of records) {
    const key = `${record.topic}/${world.log.partitionOf(record.key)}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(record);
  }
  const shuffled = [...groups.values()];
  for (let index = shuffled.length - 1; index > 0; index -= 1) {
    const other = world.dice.below(index + 1);
    [shuffled[index], shuffled[other]] = [shuffled[other] as OutgoingRecord[], shuffled[index] as OutgoingRecord[]];
  }
  return shuffled;
}
