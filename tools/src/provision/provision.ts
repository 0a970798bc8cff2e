import { RETENTION_MS } from '@cpm/asyncapi';
import { deadLettersOf, inboxOf, SERVICES } from '@cpm/runtime-decider';
import { ensureTopics, grantTopicRights, type KafkaAddress, type TopicSettings } from '@cpm/runtime-kafka';
import { connectMongo, grantCollectionRights } from '@cpm/runtime-mongo';
import { accessRights } from './access-rights.js';

/** What can be made alone, where somebody else makes the rest. */
export const PARTS = ['topics', 'topic-rights', 'database-rights'] as const;
export type ProvisioningPart = (typeof PARTS)[number];

export interface Provisioning {
  /** All of them unless given. */
  readonly parts?: readonly ProvisioningPart[] | undefined;
  /** As an administrator of the broker. */
  readonly kafka: KafkaAddress;
  /** As an administrator of the database. */
  readonly mongo: { readonly uri: string; readonly database: string };
  readonly partitions: number;
  readonly replicas: number;
  /** Of a new user of the database, by the name of the process; undefined leaves it as it is. */
  readonly passwordOf: (process: string) => string | undefined;
  readonly log: TopicSettings['log'];
}

/** Makes what services have no right to make: topics, who may use them, and users of the database. Does nothing where all is as it should be. */
export async function provision({ parts = PARTS, kafka, mongo, partitions, replicas, passwordOf, log }: Provisioning): Promise<void> {
  const rights = accessRights();
  const topics = SERVICES.flatMap((service) => [inboxOf(service), deadLettersOf(service)]);
  if (parts.includes('topics')) await ensureTopics(topics, partitions, { ...kafka, log, replicas: { count: replicas, required: Math.max(1, replicas - 1) }, retentionMs: RETENTION_MS });
  if (parts.includes('topic-rights')) await grantTopicRights(rights.map((one) => one.kafka), { ...kafka, log });
  if (!parts.includes('database-rights')) return;
  const connection = await connectMongo(mongo.uri, { driver: { dbName: mongo.database } });
  try {
    await grantCollectionRights(connection, rights.map(({ mongodb }) => ({ rights: mongodb, password: passwordOf(mongodb.principal) })));
  } finally {
    await connection.close();
  }
}
