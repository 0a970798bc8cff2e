import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalKafka } from './local-kafka.js';
import { startLocalMongo } from './local-mongo.js';
import { replicaSetUri } from './replica-set.js';
import { prepareSecrets, type Identity, type StackSecrets } from './secrets.js';
import type { KafkaService, Log, MongoService } from './service.js';
import { startBoth, type LocalStack } from './stack.js';

/** A stack in which everybody has to say who he is, and may do nothing but what the admin lets him. */
export interface SecureStack extends LocalStack {
  readonly secrets: StackSecrets;
  /** The variables of a process that runs as the given identity. */
  variablesOf(name: string): Promise<Record<string, string>>;
  /** Connection string with the user and password of an identity. */
  mongoUriOf(identity: Pick<Identity, 'name' | 'password'>): string;
}

export interface SecureStackOptions {
  /** Keeps data and secrets across starts; left out, temporary folders are used and removed by `stop`. */
  readonly dataDir?: string | undefined;
  readonly log?: Log | undefined;
  /** Who there is beside `admin`. */
  readonly identities: readonly string[];
}

/** Starts local binaries whatever the environment names: Kafka with SCRAM over TLS and access control, mongod with TLS and users. @throws what they throw, or when openssl is missing */
export async function startSecureStack({ dataDir, log, identities }: SecureStackOptions): Promise<SecureStack> {
  const folder = dataDir === undefined ? await mkdtemp(join(tmpdir(), 'cpm-secrets-')) : join(dataDir, 'secrets');
  const removeSecrets = async () => {
    if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
  };
  try {
    const secrets = await prepareSecrets(folder, identities);
    const stack = await startBoth(startLocalKafka({ dataDir, log, secrets }), startLocalMongo({ dataDir, log, secrets }));
    const mongoUriOf = (identity: Pick<Identity, 'name' | 'password'>) => replicaSetUri([portOf(stack.mongo)], { caFile: secrets.caFile, identity });
    return {
      ...stack, secrets, mongoUriOf,
      variablesOf: (name) => variables(stack.kafka, secrets, { identity: secrets.identityOf(name), mongoUri: mongoUriOf(secrets.identityOf(name)) }),
      stop: async () => {
        await stack.stop();
        await removeSecrets();
      },
    };
  } catch (error) {
    await removeSecrets();
    throw error;
  }
}

/** Secrets stand in files, as a deployment mounts them. */
async function variables({ brokers }: KafkaService, { folder, caFile }: StackSecrets, { identity, mongoUri }: { identity: Identity; mongoUri: string }): Promise<Record<string, string>> {
  const uriFile = join(folder, `${identity.name}.mongodb-uri`);
  await writeFile(uriFile, mongoUri, { mode: 0o600 });
  return {
    KAFKA_BROKERS: brokers.join(','),
    KAFKA_TLS: 'true',
    KAFKA_TLS_CA_FILE: caFile,
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: identity.name,
    KAFKA_SASL_PASSWORD_FILE: identity.passwordFile,
    MONGODB_URI_FILE: uriFile,
  };
}

function portOf({ uri }: MongoService): number {
  return Number(/:(\d+)\//.exec(uri.slice(uri.indexOf('@') + 1))?.[1]);
}
