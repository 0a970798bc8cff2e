import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError, connectionConfig, kafkaSecurity, parseConfig } from '@cpm/runtime-host';
import { PARTS, provision, type ProvisioningPart } from './provision.js';

const silent = () => undefined;
const tell = ({ reason }: Readonly<Record<string, unknown>>, message: string) => {
  console.error(typeof reason === 'string' ? `${message}: ${reason}` : message);
};

const USAGE = `provision [--only ${PARTS.join(',')}] [--passwords <folder>]
Makes topics, access rules and database users for the services; KAFKA_…, MONGODB_…, INBOX_PARTITIONS and REPLICATION_FACTOR as for them, of an administrator.
  --only       some of the parts, where others make the rest
  --passwords  a folder with a file per process: the password of its database user; without it users must exist`;

/** @throws when an option is unknown or one of the parts is none */
function options(): { readonly passwords: string | undefined; readonly only: readonly ProvisioningPart[] | undefined } {
  // The image holds what the services need, so this program needs no more: no parser of its own.
  const { passwords, only, help } = parseArgs({ options: { passwords: { type: 'string' }, only: { type: 'string' }, help: { type: 'boolean' } } }).values;
  if (help) {
    console.log(USAGE);
    process.exit(0);
  }
  return { passwords, only: only?.split(',').map((name) => PARTS.find((part) => part === name) ?? refuse(name)) };
}

function refuse(name: string): never {
  throw new Error(`--only: ${name} is none of ${PARTS.join(', ')}`);
}

function optionsOrUsage(): ReturnType<typeof options> {
  try {
    return options();
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}

const { passwords, only } = optionsOrUsage();
try {
  const config = parseConfig(connectionConfig, process.env);
  await provision({
    parts: only,
    kafka: { brokers: config.KAFKA_BROKERS, security: kafkaSecurity(config) },
    mongo: { uri: config.MONGODB_URI, database: config.MONGODB_DATABASE },
    partitions: config.INBOX_PARTITIONS,
    replicas: config.REPLICATION_FACTOR,
    passwordOf: (process) => (passwords !== undefined && existsSync(join(passwords, process)) ? readFileSync(join(passwords, process), 'utf8').trimEnd() : undefined),
    log: { debug: silent, info: silent, warn: tell, error: tell },
  });
  console.log('provisioned');
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}
