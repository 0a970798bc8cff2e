import { accessAwareness } from '@cpm/domain-access-awareness';
import { clientEdge } from '@cpm/domain-client-edge';
import { deviceRegistry } from '@cpm/domain-device-registry';
import { messageStoreSync } from '@cpm/domain-message-store-sync';
import { reportAggregation } from '@cpm/domain-report-aggregation';
import { routing } from '@cpm/domain-routing';
import { smsInterworkingGateway } from '@cpm/domain-sms-interworking-gateway';
import { DEAD_LETTER_TABLE, deadLettersOf, inboxOf, type ServiceDefinition } from '@cpm/runtime-decider';
import { BatchProcessor } from '@cpm/runtime-engine';
import { inboxRecords, partitioning } from '@cpm/runtime-kafka';
import { InMemoryLog, InMemoryStore } from '@cpm/runtime-ports';
import { DEFAULT_POLICY } from '@cpm/vocabulary';
import type { FuzzRecord } from './fuzz-record.js';
import { Dice } from './random.js';
import { RecordPlan } from './record-plan.js';

const SERVICES: readonly ServiceDefinition[] = [accessAwareness, clientEdge, deviceRegistry, messageStoreSync, reportAggregation, routing, smsInterworkingGateway];
const PARTITIONS = 6;
const partitionOf = partitioning(PARTITIONS);
const RUNS = Number(process.env['CPM_FUZZ_RUNS'] ?? 1);

/** Reads the records as the services do, each in its own log and store; the reasons of dead letters by offset, and how often each was told. */
async function readBy(service: ServiceDefinition, records: readonly FuzzRecord[]) {
  const log = new InMemoryLog(() => Date.now(), 1);
  const store = new InMemoryStore();
  const processor = new BatchProcessor(service, { store, publisher: log, policy: () => DEFAULT_POLICY, effects: {} });
  const session = { heartbeat: async () => undefined, commit: async () => undefined };
  for (const [offset, { key, value, headers = {}, misplaced }] of records.entries()) {
    const right = key !== null && key.length < 1_000 ? partitionOf(key.toString()) : 0;
    const partition = misplaced ? (right + 1) % PARTITIONS : right;
    const message = { key, value, headers, offset: String(offset), timestamp: String(Date.now()), attributes: 0 };
    await processor.process([{ partition, committed: offset, records: inboxRecords(partition, [message as never], partitionOf) }], session);
  }
  const told = log.records(deadLettersOf(service.name)).map((letter) => Number((JSON.parse(letter.value) as { id: string }).id.split('/').at(-1)));
  const kept = new Map([...store.rows(DEAD_LETTER_TABLE)].map(([id, { reason }]) => [Number(id.split('/').at(-1)), String(reason)]));
  return { told, kept, prefix: inboxOf(service.name) };
}

describe.each(Array.from({ length: RUNS }, (_, index) => index + 1))('of the seed %i a record that nobody should send', (seed) => {
  const plan = new RecordPlan(new Dice(seed));
  const hostile = Array.from({ length: 2_000 }, () => plan.hostile());
  const nonsense = Array.from({ length: 300 }, () => plan.nonsense());

  it.each(SERVICES.map((service) => [service.name, service] as const))('to %s', async (_, service) => {
    const own = hostile.filter((record) => record.service === service.name);
    const { told, kept } = await readBy(service, own);
    expect(own.flatMap(({ kind }, offset) => (kept.get(offset) ? [] : [kind]))).toEqual([]);
    expect(told.toSorted((a, b) => a - b)).toEqual(own.map((_record, offset) => offset));
    expect(own.length).toBeGreaterThan(100);
  });

  it('is a dead letter once, with a reason, whatever it is', () => {
    const kinds = new Set(hostile.map(({ kind }) => kind));
    expect(kinds.size).toBeGreaterThan(40);
    expect([...plan.gaps]).toEqual([]);
  });

  it.each(SERVICES.map((service) => [service.name, service] as const))('is told from nonsense that fits its schema, by %s', async (_, service) => {
    const own = nonsense.filter((record) => record.service === service.name && !record.kind.includes('Erase') && !record.kind.includes('Erasure'));
    const { kept } = await readBy(service, own);
    // What names an aggregate of another user, or stands for nobody who could be given it, is no nonsense to a decision.
    const refused = [...kept].filter(([, reason]) => !/^(id: the [\w-]+ is not of the user|inbound short message)/.test(reason)).map(([offset, reason]) => `${own[offset]?.kind}: ${reason}`);
    expect(refused).toEqual([]);
  });
});

it('leaves no prototype changed', () => expect([({} as { polluted?: unknown }).polluted, ([] as { polluted?: unknown }).polluted]).toEqual([undefined, undefined]));
