import { deadLettersOf, groupOf, inboxOf, type ServiceDefinition, type ServiceName, SERVICES } from '@cpm/runtime-decider';
import { ensureTopics, type InboxConsumer, InboxPositions, KafkaPublisher, startInboxConsumer } from '@cpm/runtime-kafka';
import { connectMongo, MongoAggregateStore, within, type TableIndexes } from '@cpm/runtime-mongo';
import type { AggregateStore, InboxPosition } from '@cpm/runtime-ports';
import type { Connection } from 'mongoose';
import type { Logger } from 'pino';
import { MongoAuditLog } from './audit/mongo-audit-log.js';
import type { HostConfig } from './config.js';
import { MongoDeadLetters } from './mongo-dead-letters.js';
import { MongoPolicyVersions } from './mongo-policy-versions.js';
import type { ClosablePublisher, Inbox, InboxHandler, Platform, ReadStore } from './platform.js';
import { MongoRevocationLog } from './revocation/mongo-revocation-log.js';
import { kafkaSecurity } from './security-config.js';
import { machineClock } from './system-clock.js';

const PING_LIMIT_MS = 1_000;
/** What comes up with this process may take longer; so may all when a node is busy with the start of many. */
const START_PATIENCE_MS = 30_000;

/** Kafka and MongoDB as the configuration names them. */
export class KafkaMongoPlatform implements Platform {
  readonly policies: MongoPolicyVersions;
  readonly deadLetters: MongoDeadLetters;
  readonly audit: MongoAuditLog;
  readonly revocations: MongoRevocationLog;
  private positions: Promise<InboxPositions> | undefined;

  private constructor(
    private readonly config: HostConfig,
    private readonly log: Logger,
    readonly connection: Connection,
  ) {
    this.policies = new MongoPolicyVersions(connection);
    this.deadLetters = new MongoDeadLetters(connection);
    this.audit = new MongoAuditLog(connection);
    this.revocations = new MongoRevocationLog(connection);
  }

  /** @throws when no primary of the replica set is found */
  static async connect(config: HostConfig, log: Logger): Promise<KafkaMongoPlatform> {
    const connection = await connectMongo(config.MONGODB_URI, {
      onStatus: (status) => log.info(`database ${status}`),
      patienceMs: START_PATIENCE_MS,
      onAskedAgain: ({ message }) => log.warn(`database does not answer yet, asking again: ${message}`),
      driver: { dbName: config.MONGODB_DATABASE },
    });
    return new KafkaMongoPlatform(config, log, connection);
  }

  async ensureTopics(hosted: readonly ServiceName[]): Promise<void> {
    // A client with an identity sees only what it may use, and has been given that; without one, services that start together find all topics.
    const services = this.kafka.security === undefined ? SERVICES : hosted;
    const { INBOX_PARTITIONS, REPLICATION_FACTOR: count } = this.config;
    const replicas = { count, required: Math.max(1, count - 1) };
    await ensureTopics(services.flatMap((service) => [inboxOf(service), deadLettersOf(service)]), INBOX_PARTITIONS, { ...this.kafka, replicas });
  }

  async publisher(clientId: string): Promise<ClosablePublisher> {
    return KafkaPublisher.connect({ ...this.kafka, clientId: `cpm-${clientId}` });
  }

  async store(service: ServiceDefinition, rowIndexes: TableIndexes): Promise<AggregateStore> {
    const store = new MongoAggregateStore(this.connection, service.name);
    await store.ensureIndexes(service, rowIndexes);
    return store;
  }

  readStore(service: ServiceName): ReadStore {
    return new MongoAggregateStore(this.connection, service);
  }

  async startInbox(handler: InboxHandler): Promise<Inbox> {
    // Assigned below: the first fetch may come before the consumer is handed over.
    const started: { consumer?: InboxConsumer } = {};
    let known: readonly number[] | undefined;
    const consumer = await startInboxConsumer({
      ...this.kafka,
      clock: machineClock(this.config.CLOCK_OFFSET_MS),
      service: handler.service,
      groupId: groupOf(handler.service),
      partitions: this.config.INBOX_PARTITIONS,
      process: async (batches, session) => {
        // The consumer hands out a new list with each membership.
        const owned = started.consumer?.ownedPartitions();
        if (owned === undefined || owned !== known) handler.onAssignment();
        known = owned;
        await handler.process(batches, session);
      },
      onStatus: (status, reason) => handler.onStatus(status, reason),
    });
    started.consumer = consumer;
    return { get ownedPartitions() { return consumer.ownedPartitions(); }, lag: () => consumer.lag(), positions: () => consumer.positions(), close: () => consumer.stop() };
  }

  async inboxPositions(services: readonly ServiceName[]): Promise<readonly InboxPosition[]> {
    this.positions ??= InboxPositions.connect({ ...this.kafka, clientId: 'cpm-positions' });
    const positions = await this.positions.catch((error: unknown) => {
      this.positions = undefined;
      throw error;
    });
    return positions.read(services);
  }

  async databaseProblem(): Promise<string | undefined> {
    try {
      await within(PING_LIMIT_MS, Promise.resolve(this.connection.db?.command({ ping: 1 })));
      return undefined;
    } catch (error) {
      return `does not answer (${(error as Error).name})`;
    }
  }

  async close(): Promise<void> {
    await this.positions?.then((positions) => positions.close()).catch(() => undefined);
    await this.connection.close();
  }

  private get kafka() {
    return { brokers: this.config.KAFKA_BROKERS, security: kafkaSecurity(this.config), log: this.log };
  }
}
