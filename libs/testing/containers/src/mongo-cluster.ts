import { setTimeout as pause } from 'node:timers/promises';
import type { mongo } from 'mongoose';
import { nodeBehind, nodesTogether, startNodes } from './cluster-nodes.js';
import { makeWorkplace } from './local-service.js';
import { runMongod } from './local-mongo.js';
import { mongodBinary } from './mongod-binary.js';
import { freePort } from './ports.js';
import { asAdmin, configureReplicaSet, memberState, replicaSetUri, type MemberState } from './replica-set.js';
import type { ClusterNode, MongoService, StartOptions } from './service.js';
import type { Toxiproxy } from './toxiproxy.js';

/** A replica set of three members; `kill` and `restart` are those of all. */
export interface MongoCluster extends MongoService {
  readonly nodes: readonly ClusterNode[];
  /** Undefined while there is none. */
  primary(): Promise<ClusterNode | undefined>;
  /** Makes the primary give its place to another one, and keep from taking it back for so many seconds. @throws when there is no primary */
  stepDown(seconds: number): Promise<ClusterNode>;
  /**
   * The next update of the client of that `appName` is on its way for so long, whatever becomes of the client; resolves when one is.
   * @throws when there is no primary, or none came within 10 s
   */
  holdNextUpdate(appName: string, forMs: number): Promise<void>;
  /** What each member says of itself; `away` when it does not answer. */
  states(): Promise<readonly (MemberState | 'away')[]>;
}

const MEMBERS = 3;
const CACHE_GB = 0.5;
const ANSWER_LIMIT_MS = 2_000;
const HELD_WITHIN_MS = 10_000;
const POLL_MS = 50;
const FIRST_PRIMARY_LIMIT_MS = 60_000;

/** A replica set from the cached mongod on 127.0.0.1, whose members know each other by their proxies' ports. @throws when it has no primary within 60 s */
export async function startMongoCluster(toxiproxy: Toxiproxy, { dataDir, log = () => undefined }: Omit<StartOptions, 'port'> = {}): Promise<MongoCluster> {
  const command = await mongodBinary(log);
  const portOf = new Map<ClusterNode, number>();
  const nodes = await startNodes(MEMBERS, async (number) => {
    const name = `mongo-${number}`;
    const workplace = await makeWorkplace(name, dataDir);
    const port = await freePort();
    const proxy = await toxiproxy.proxy(name, port);
    log(`mongod: starting member ${number} of ${MEMBERS} on port ${port} behind ${proxy.port}, log ${workplace.logPath}`);
    const node = nodeBehind(proxy, await runMongod({ name, workplace, command, port, cacheGB: CACHE_GB, hasFailPoints: true }));
    portOf.set(node, port);
    return node;
  });
  const states = () => Promise.all(nodes.map((node) => memberState(portOf.get(node) ?? 0, ANSWER_LIMIT_MS).catch(() => 'away' as const)));
  const primary = async () => nodes[(await states()).indexOf('primary')];
  const together = nodesTogether(nodes);
  try {
    const ports = nodes.map(({ proxy }) => proxy.port);
    await configureReplicaSet(portOf.get(nodes[0] as ClusterNode) ?? 0, ports);
    await untilPrimary(primary);
    const asPrimary = async <T>(act: (admin: mongo.Db) => Promise<T>) => asAdmin(portOf.get(await primaryNow(primary)) ?? 0, act);
    return {
      ...together, nodes, primary, states, uri: replicaSetUri(ports), stepDown: (seconds) => stepDown(primary, portOf, seconds),
      holdNextUpdate: (appName, forMs) => asPrimary((admin) => holdNextUpdate(admin, appName, forMs)),
    };
  } catch (error) {
    await together.stop();
    throw error;
  }
}

async function untilPrimary(primary: () => Promise<ClusterNode | undefined>): Promise<void> {
  const deadline = Date.now() + FIRST_PRIMARY_LIMIT_MS;
  while ((await primary()) === undefined) {
    if (Date.now() > deadline) throw new Error(`the replica set had no primary within ${FIRST_PRIMARY_LIMIT_MS / 1000} s`);
    await pause(POLL_MS);
  }
}

async function stepDown(primary: () => Promise<ClusterNode | undefined>, portOf: ReadonlyMap<ClusterNode, number>, seconds: number): Promise<ClusterNode> {
  const node = await primaryNow(primary);
  await asAdmin(portOf.get(node) ?? 0, (admin) => admin.command({ replSetStepDown: seconds }));
  return node;
}

async function primaryNow(primary: () => Promise<ClusterNode | undefined>): Promise<ClusterNode> {
  const node = await primary();
  if (!node) throw new Error('the replica set has no primary');
  return node;
}

/** https://github.com/mongodb/mongo/wiki/The-failCommand-Fail-Point */
async function holdNextUpdate(admin: mongo.Db, appName: string, forMs: number): Promise<void> {
  const data = { failCommands: ['update'], appName, blockConnection: true, blockTimeMS: forMs };
  const { count } = (await admin.command({ configureFailPoint: 'failCommand', mode: { times: 1 }, data })) as { count: number };
  try {
    await admin.command({ waitForFailPoint: 'failCommand', timesEntered: count + 1, maxTimeMS: HELD_WITHIN_MS });
  } catch (error) {
    await admin.command({ configureFailPoint: 'failCommand', mode: 'off' });
    throw new Error(`${appName}: sent no update within ${HELD_WITHIN_MS / 1_000} s (${(error as Error).message})`, { cause: error });
  }
}
