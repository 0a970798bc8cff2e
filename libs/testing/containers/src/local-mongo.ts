import { mkdir } from 'node:fs/promises';
import { makeWorkplace, runLocalService, type Workplace } from './local-service.js';
import { mongodBinary } from './mongod-binary.js';
import { claimPort } from './ports.js';
import { becomePrimary, REPLICA_SET, replicaSetUri } from './replica-set.js';
import type { LocalProcess, MongoService, StartOptions } from './service.js';

const READY = 'Waiting for connections';

/** A one-node replica set from the cached mongod on 127.0.0.1. @throws when the port is taken, pip is missing, or it does not start */
export async function startLocalMongo({ dataDir, port: wanted, log = () => undefined }: StartOptions = {}): Promise<MongoService> {
  const port = await claimPort('MongoDB', wanted, 'MONGODB_URI');
  const command = await mongodBinary(log);
  const workplace = await makeWorkplace('mongod', dataDir);
  log(`mongod: starting on port ${port}, log ${workplace.logPath}`);
  const service = await runMongod({ name: 'mongod', workplace, command, port, cacheGB: 1, afterStart: () => becomePrimary(port) });
  return Object.assign(service, { uri: replicaSetUri([port]) });
}

export interface Mongod {
  readonly name: string;
  readonly workplace: Workplace;
  /** Path of the binary. */
  readonly command: string;
  readonly port: number;
  readonly cacheGB: number;
  readonly afterStart?: () => Promise<void>;
}

/** @throws when it does not start */
export async function runMongod({ name, workplace, command, port, cacheGB, afterStart }: Mongod): Promise<LocalProcess> {
  await mkdir(workplace.dataDir, { recursive: true });
  return runLocalService({
    name,
    workplace,
    command,
    args: [
      '--replSet', REPLICA_SET, '--bind_ip', '127.0.0.1', '--port', String(port), '--nounixsocket',
      '--dbpath', workplace.dataDir, '--wiredTigerCacheSizeGB', String(cacheGB), '--oplogSize', '512',
      // Data of a development machine: saving the processor matters more than saving the disk.
      '--wiredTigerCollectionBlockCompressor', 'none', '--wiredTigerJournalCompressor', 'none',
      '--setParameter', 'diagnosticDataCollectionEnabled=false',
      // A lone primary has nobody to hand over to, and members stop together: none need wait for its clients to leave.
      '--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=0',
    ],
    port,
    isReady: (logged) => logged.includes(READY),
    ...(afterStart && { afterStart }),
  });
}
