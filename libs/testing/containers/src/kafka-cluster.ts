import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeBrokerDisk, type BrokerDisk } from './broker-disk.js';
import type { KafkaBinaries } from './kafka-binaries.js';
import { runBroker, runnableKafka } from './local-kafka.js';
import { makeWorkplace, seedData, type Workplace } from './local-service.js';
import { nodeBehind, nodesTogether, startNodes } from './cluster-nodes.js';
import { freePort } from './ports.js';
import type { ClusterNode, KafkaService, StartOptions } from './service.js';
import type { Toxiproxy } from './toxiproxy.js';

/** Three brokers, each of which is a controller, too; `kill` and `restart` are those of all. */
export interface KafkaCluster extends KafkaService {
  readonly nodes: readonly ClusterNode[];
  /** The first broker's disk; undefined where this process may not mount. */
  readonly disk: BrokerDisk | undefined;
}

const NODES = 3;

/** A KRaft cluster from the cached jars on 127.0.0.1, its clients' ports behind proxies. @throws when Java is missing or it does not start */
export async function startKafkaCluster(toxiproxy: Toxiproxy, { dataDir, log = () => undefined }: Omit<StartOptions, 'port'> = {}): Promise<KafkaCluster> {
  const binaries = await runnableKafka(log);
  const controllerPorts: number[] = [];
  while (controllerPorts.length < NODES) controllerPorts.push(await freePort());
  let disk: BrokerDisk | undefined;
  const nodes = await startNodes(NODES, async (nodeId) => {
    const name = `kafka-${nodeId}`;
    const workplace = await makeWorkplace(name, dataDir);
    await seedNode(workplace, binaries, nodeId);
    if (nodeId === 1) disk = await makeBrokerDisk(workplace, log);
    const port = await freePort();
    const proxy = await toxiproxy.proxy(name, port);
    log(`Kafka: starting broker ${nodeId} of ${NODES} on port ${port} behind ${proxy.port}, log ${workplace.logPath}`);
    const place = { port, advertisedPort: proxy.port, peerPort: await freePort(), nodeId, controllerPorts };
    return nodeBehind(proxy, await runBroker({ name, workplace, binaries, place, wrap: nodeId === 1 ? disk?.wrap : undefined }));
  });
  return { ...nodesTogether(nodes), nodes, disk, brokers: nodes.map(({ proxy }) => `127.0.0.1:${proxy.port}`) };
}

/** The prepared folder is node 1's; nodes are known by their number and their folder's id. */
async function seedNode(workplace: Workplace, { formattedDir }: KafkaBinaries, nodeId: number): Promise<void> {
  if (existsSync(workplace.dataDir)) return;
  await seedData(workplace, formattedDir);
  const path = join(workplace.dataDir, 'meta.properties');
  const directoryId = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace(/^node\.id=.*$/m, `node.id=${nodeId}`).replace(/^directory\.id=.*$/m, `directory.id=${directoryId}`));
}
