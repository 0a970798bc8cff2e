import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, connectionConfig, kafkaSecurity, parseConfig } from '@cpm/runtime-host';
import { Command, InvalidArgumentError } from 'commander';
import { PARTS, provision, type ProvisioningPart } from './provision.js';

const silent = () => undefined;
const tell = ({ reason }: Readonly<Record<string, unknown>>, message: string) => {
  console.error(typeof reason === 'string' ? `${message}: ${reason}` : message);
};

/** @throws when one of them is no part */
function partsIn(list: string): ProvisioningPart[] {
  return list.split(',').map((name) => PARTS.find((part) => part === name) ?? refuse(name));
}

function refuse(name: string): never {
  throw new InvalidArgumentError(`${name} is none of ${PARTS.join(', ')}`);
}

const { passwords, only } = new Command('provision')
  .description('Makes topics, access rules and database users for the services; KAFKA_…, MONGODB_…, INBOX_PARTITIONS and REPLICATION_FACTOR as for them, of an administrator')
  .option('--passwords <folder>', 'a file per process with the password of its database user; without it users must exist')
  .option('--only <parts>', `some of ${PARTS.join(',')}, where others make the rest`, partsIn)
  .parse()
  .opts<{ passwords?: string; only?: ProvisioningPart[] }>();

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
