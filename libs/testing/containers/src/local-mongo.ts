import { mkdir } from 'node:fs/promises';
import { makeWorkplace, runLocalService, type Workplace } from './local-service.js';
import { mongodBinary } from './mongod-binary.js';
import { claimPort } from './ports.js';
import { becomePrimary, REPLICA_SET, replicaSetUri } from './replica-set.js';
import { ADMIN, type StackSecrets } from './secrets.js';
import type { LocalProcess, MongoService, StartOptions } from './service.js';

const READY = 'Waiting for connections';

/** With `secrets` it takes TLS only, users only, and no JavaScript; the admin is its first user. */
export interface LocalMongoOptions extends StartOptions {
  readonly secrets?: StackSecrets | undefined;
}

/** A one-node replica set from the cached mongod on 127.0.0.1. @throws when the port is taken, pip is missing, or it does not start */
export async function startLocalMongo({ dataDir, port: wanted, log = () => undefined, secrets }: LocalMongoOptions = {}): Promise<MongoService> {
  const port = await claimPort('MongoDB', wanted, 'MONGODB_URI');
  const command = await mongodBinary(log);
  const workplace = await makeWorkplace('mongod', dataDir);
  log(`mongod: starting on port ${port}, log ${workplace.logPath}`);
  const service = await runMongod({ name: 'mongod', workplace, command, port, cacheGB: 1, secrets, afterStart: () => becomePrimary(port, secrets) });
  return Object.assign(service, { uri: replicaSetUri([port], secrets && { caFile: secrets.caFile, identity: secrets.identityOf(ADMIN) }) });
}

export interface Mongod {
  readonly name: string;
  readonly workplace: Workplace;
  /** Path of the binary. */
  readonly command: string;
  readonly port: number;
  readonly cacheGB: number;
  readonly secrets?: StackSecrets | undefined;
  /** Whether it may be told to fail, as MongoDB's own tests do. */
  readonly hasFailPoints?: boolean;
  readonly afterStart?: () => Promise<void>;
}

/** @throws when it does not start */
export async function runMongod({ name, workplace, command, port, cacheGB, secrets, hasFailPoints = false, afterStart }: Mongod): Promise<LocalProcess> {
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
      ...(hasFailPoints ? ['--setParameter', 'enableTestCommands=1'] : []),
      ...(secrets ? secureArguments(secrets) : []),
    ],
    port,
    isReady: (logged) => logged.includes(READY),
    ...(afterStart && { afterStart }),
  });
}

function secureArguments({ mongoKeyFile, serverFile, caFile }: StackSecrets): string[] {
  return [
    '--keyFile', mongoKeyFile, '--tlsMode', 'requireTLS', '--tlsCertificateKeyFile', serverFile('mongod'), '--tlsCAFile', caFile,
    // Users show passwords; certificates of clients are not asked for.
    '--tlsAllowConnectionsWithoutCertificates', '--noscripting',
  ];
}
