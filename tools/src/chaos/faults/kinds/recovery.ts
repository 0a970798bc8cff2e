import kafkajs from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterNode, LocalCluster } from '@cpm/testing-containers';
import type { ServiceProcess } from '../../../start/service-process.js';
import type { System } from '../../../start/start-system.js';
import type { FaultOf } from '../fault.js';

const ASK_LIMIT_MS = 3_000;
const ELECTION_LIMIT_MS = 30_000;
const POLL_MS = 100;

/** @throws when the system has none */
export function clusterOf({ cluster }: System): LocalCluster {
  if (!cluster) throw new Error('the system has no cluster');
  return cluster;
}

/** @throws when there is no such broker */
export function brokerOf(system: System, { broker }: { readonly broker: number }): ClusterNode {
  const node = clusterOf(system).kafka.nodes[broker - 1];
  if (!node) throw new Error(`there is no broker ${broker}`);
  return node;
}

/** @throws when there is no such process */
export function processOf(system: System, { service, replica }: Pick<FaultOf<'process-kill'>, 'service' | 'replica'>): ServiceProcess {
  const found = system.processes.find((each) => each.service === service && each.replica === replica);
  if (!found) throw new Error(`there is no process ${service}/${replica}`);
  return found;
}

/** @throws when the service has none */
export function replicasOf(system: System, { service }: { readonly service: string }): readonly ServiceProcess[] {
  const found = system.processes.filter((each) => each.service === service);
  if (found.length === 0) throw new Error(`there is no process of ${service}`);
  return found;
}

export async function untilReady(process: ServiceProcess, limitMs: number): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await process.isReady())) {
    if (Date.now() > deadline) throw new Error(`${process.service}/${process.replica} was not ready within ${limitMs / 1_000} s`);
    await sleep(POLL_MS);
  }
}

export async function areReady(processes: readonly ServiceProcess[]): Promise<boolean> {
  return (await Promise.all(processes.map((process) => process.isReady()))).every(Boolean);
}

/** Whether every broker takes part and every partition has all its copies again. */
export async function isKafkaWhole(system: System): Promise<boolean> {
  const { kafka } = clusterOf(system);
  const client = new kafkajs.Kafka({
    clientId: 'chaos', brokers: kafka.brokers, logLevel: kafkajs.logLevel.NOTHING, connectionTimeout: ASK_LIMIT_MS, requestTimeout: ASK_LIMIT_MS, retry: { retries: 1 },
  });
  const admin = client.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    const { topics } = await admin.fetchTopicMetadata();
    return brokers.length === kafka.nodes.length && topics.every(({ partitions }) => partitions.every(({ isr, replicas }) => isr.length === replicas.length));
  } catch {
    return false;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** Whether every member follows one primary. */
export async function isMongoWhole(system: System): Promise<boolean> {
  const states = await clusterOf(system).mongo.states();
  return states.filter((state) => state === 'primary').length === 1 && states.every((state) => state === 'primary' || state === 'secondary');
}

/** @throws when none is elected in time */
export async function primaryOf(system: System): Promise<ClusterNode> {
  const { mongo } = clusterOf(system);
  const deadline = Date.now() + ELECTION_LIMIT_MS;
  for (;;) {
    const primary = await mongo.primary();
    if (primary) return primary;
    if (Date.now() > deadline) throw new Error(`no primary within ${ELECTION_LIMIT_MS / 1_000} s`);
    await sleep(POLL_MS);
  }
}

/** Whether the gateway is bound; every replica of it comes back by itself. */
export function isSmscBound({ smsc }: System): boolean {
  return (smsc?.boundClients() ?? 0) > 0;
}
