import { join } from 'node:path';
import { hostConfig } from '@cpm/runtime-host';
import { startLocalCluster, startLocalStack, startSecureStack, type LocalCluster, type LocalStack, type Log, type SecureStack } from '@cpm/testing-containers';
import { provision } from '../provision/provision.js';
import type { AppName } from './services.js';

export interface SystemStack {
  readonly stack: LocalStack;
  /** The same when it is secured. */
  readonly secureStack: SecureStack | undefined;
  /** The same when it is a cluster. */
  readonly cluster: LocalCluster | undefined;
  /** How a process finds broker and database, and shows who it is. */
  readonly variablesOf: (app: AppName) => Readonly<Record<string, string>>;
}

interface StackOptions {
  readonly dataDir: string | undefined;
  readonly secure: boolean;
  readonly cluster: boolean;
  readonly log: Log;
}

/** Broker and database for the given processes. @throws when `secure` is asked for and the environment names others, or together with `cluster` */
export async function startSystemStack({ dataDir, secure, cluster, log }: StackOptions, apps: readonly AppName[]): Promise<SystemStack> {
  if (secure && cluster) throw new Error('secure: a cluster of three is not secured');
  if (cluster) {
    const started = await startLocalCluster({ dataDir: dataDir && join(dataDir, 'cluster'), log });
    return { stack: started, secureStack: undefined, cluster: started, variablesOf: () => ({ ...addressesOf(started), REPLICATION_FACTOR: String(started.kafka.brokers.length) }) };
  }
  if (!secure) {
    const stack = await startLocalStack({ dataDir, log });
    return { stack, secureStack: undefined, cluster: undefined, variablesOf: () => addressesOf(stack) };
  }
  for (const name of ['KAFKA_BROKERS', 'MONGODB_URI']) {
    if (process.env[name]) throw new Error(`${name}: must not be set, a secured system starts its own`);
  }
  const stack = await startSecureStack({ dataDir, log, identities: apps });
  try {
    await provisionStack(stack);
    const variables = new Map(await Promise.all(apps.map(async (app) => [app, await stack.variablesOf(app)] as const)));
    return { stack, secureStack: stack, cluster: undefined, variablesOf: (app) => variables.get(app) ?? {} };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

function addressesOf({ kafka, mongo }: LocalStack): Readonly<Record<string, string>> {
  return { KAFKA_BROKERS: kafka.brokers.join(','), MONGODB_URI: mongo.uri };
}

/** Topics, rights and users, as an operator makes them before the services start. */
async function provisionStack({ kafka, mongo, secrets }: SecureStack): Promise<void> {
  const { name: username, passwordFile: file } = secrets.identityOf('admin');
  const silent = () => undefined;
  await provision({
    kafka: { brokers: kafka.brokers, security: { tls: { caFile: secrets.caFile }, sasl: { mechanism: 'scram-sha-512', username, password: { file } } } },
    mongo: { uri: mongo.uri, database: hostConfig.shape.MONGODB_DATABASE.parse(undefined) },
    partitions: hostConfig.shape.INBOX_PARTITIONS.parse(undefined),
    replicas: 1,
    passwordOf: (process) => secrets.identities.find(({ name }) => name === process)?.password,
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });
}
