import { boxAggregate, messageRow, objectRowId, OBJECTS_TABLE, type Box, type BoxEvent } from '@cpm/domain-message-store-sync';
import type { DepositObject } from '@cpm/contracts-message-store-sync';
import { fold, writeRow, type RowWrite } from '@cpm/runtime-decider';
import type { MongoAggregateStore } from '@cpm/runtime-mongo';
import { storedObjectId, type CpmAddress, type DeviceId } from '@cpm/vocabulary';
import { setTimeout as sleep } from 'node:timers/promises';
import { withProgress } from './progress.js';

const BATCH = 2_000;
const WRITERS = 2;
const MINUTE_MS = 60_000;
const FIRST = Date.UTC(2024, 0, 1);
const PARTY_OF = 1_000;
const TEXT = 'x'.repeat(220);
const HEAD_LIMIT_MS = 20_000;
const HEAD_POLL_MS = 50;
const DEVICE = 'urn:uuid:00000000-0000-4000-8000-000000000001' as DeviceId;

/** When the message of this index was sent: one a minute. Epoch ms. */
export function dateOf(index: number): number {
  return FIRST + index * MINUTE_MS;
}

export function objectIdOf(index: number): string {
  return storedObjectId('In', `h-${index}`);
}

/** Puts a history of `count` messages into the box of a user who is known: the rows as the store makes them, then its head. Nothing else may write to the box. */
export async function fillBox(store: MongoAggregateStore, user: CpmAddress, count: number): Promise<void> {
  const seconds = await withProgress(`${count} objects into the box`, count, async (add) => {
    let next = 0;
    const writer = async () => {
      for (let first = next; first < count; first = next) {
        const size = Math.min(BATCH, count - first);
        next += size;
        await store.write(Array.from({ length: size }, (_, index) => rowOf(user, first + index)), []);
        add(size);
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, writer));
  });
  console.log(`  filled in ${seconds.toFixed(1)} s`);
  await moveHead(store, user, count);
}

function depositOf(user: CpmAddress, index: number): DepositObject {
  const party = `tel:+49151${1_000_000 + (index % PARTY_OF)}` as CpmAddress;
  return {
    user, direction: 'In', party,
    message: {
      id: `h-${index}`, from: party, to: [user], originDevice: DEVICE, conversationId: `c-${party}`, contributionId: `k-${index}`, contentType: 'text/plain;charset=utf-8',
      content: { kind: 'inline', text: TEXT }, size: TEXT.length, dispositionNotification: ['positive-delivery'], sentAt: dateOf(index), expiresAt: dateOf(index) + MINUTE_MS,
    },
  };
}

function rowOf(user: CpmAddress, index: number): RowWrite {
  const row = messageRow(depositOf(user, index), index + 1);
  return writeRow({ table: OBJECTS_TABLE, id: objectRowId(row.u, row.oid), insert: { ...row } });
}

/** What the head learns of: the last of the deposits, and how much they are together. */
function deposited(user: CpmAddress, count: number): readonly BoxEvent[] {
  return [{ type: 'ObjectDeposited', modSeq: count, deposit: depositOf(user, count - 1) }, { type: 'StoreGrew', by: { objects: count, bytes: count * TEXT.length } }];
}

/** The head as it is after the last of these deposits. */
async function moveHead(store: MongoAggregateStore, user: CpmAddress, count: number): Promise<void> {
  const giveUp = performance.now() + HEAD_LIMIT_MS;
  for (;;) {
    const [head] = await store.load(boxAggregate.name, [user]);
    if (head) {
      const next = { ...head, version: head.version + 1, state: fold({ initial: head.state as Box, evolve: boxAggregate.decider.evolve }, deposited(user, count)) };
      const written = await store.write([], [{ kind: boxAggregate.name, isFirst: false, next, due: undefined, open: false, removableAt: undefined, message: undefined, journey: [] }]);
      if (written === 'written') return;
    }
    if (performance.now() > giveUp) throw new Error(`${user} has no box`);
    await sleep(HEAD_POLL_MS);
  }
}
