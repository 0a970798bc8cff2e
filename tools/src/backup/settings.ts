import { connectionConfig, kafkaSecurity, parseConfig } from '@cpm/runtime-host';
import type { BackupSource } from './backup.js';

/** Broker and database by the variables that services have: KAFKA_…, MONGODB_… and INBOX_PARTITIONS. @throws ConfigError */
export function settingsOf(environment: NodeJS.ProcessEnv): BackupSource & { readonly partitions: number } {
  const config = parseConfig(connectionConfig, environment);
  return {
    kafka: { brokers: config.KAFKA_BROKERS, security: kafkaSecurity(config) },
    mongo: { uri: config.MONGODB_URI, database: config.MONGODB_DATABASE },
    partitions: config.INBOX_PARTITIONS,
  };
}

export function summaryOf(collections: readonly { readonly documents: number }[], startedAt: number): string {
  const documents = collections.reduce((sum, one) => sum + one.documents, 0);
  return `${documents} documents of ${collections.length} collections, ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`;
}
