import { RETENTION_MS } from '@cpm/asyncapi';
import { deadLettersOf, inboxOf, SERVICES } from '@cpm/runtime-decider';
import { ensureTopics, grantTopicRights, type KafkaAddress, type TopicSettings } from '@cpm/runtime-kafka';
import { connectMongo, grantCollectionRights } from '@cpm/runtime-mongo';
import { accessRights } from './access-rights.js';

export interface Provisioning {
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
export async function provision({ kafka, mongo, partitions, replicas, passwordOf, log }: Provisioning): Promise<void> {
  const rights = accessRights();
  const topics = SERVICES.flatMap((service) => [inboxOf(service), deadLettersOf(service)]);
  await ensureTopics(topics, partitions, { ...kafka, log, replicas: { count: replicas, required: Math.max(1, replicas - 1) }, retentionMs: RETENTION_MS });
  await grantTopicRights(rights.map((one) => one.kafka), { ...kafka, log });
  const connection = await connectMongo(mongo.uri, { driver: { dbName: mongo.database } });
  try {
    await grantCollectionRights(connection, rights.map(({ mongodb }) => ({ rights: mongodb, password: passwordOf(mongodb.principal) })));
  } finally {
    await connection.close();
  }
}
