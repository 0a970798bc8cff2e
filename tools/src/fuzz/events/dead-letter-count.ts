import { collectionOf, DEAD_LETTER_TABLE, deadLettersOf, SERVICES } from '@cpm/runtime-decider';
import kafkajs from 'kafkajs';
import mongoose, { type Connection } from 'mongoose';

/** What is kept of a dead letter, and how often its topic tells of it. */
export interface FoundLetter {
  readonly reason: string;
  readonly told: number;
}

interface LetterDocument {
  readonly _id: string;
  readonly reason?: unknown;
}

const QUIET_MS = 5_000;

/** The dead letters of a system, in its database and in its topics. */
export class DeadLetterCount {
  private constructor(
    private readonly connection: Connection,
    private readonly brokers: readonly string[],
  ) {}

  static async of({ mongoUri, brokers }: { readonly mongoUri: string; readonly brokers: string }, database = 'cpm'): Promise<DeadLetterCount> {
    return new DeadLetterCount(await mongoose.createConnection(mongoUri, { dbName: database }).asPromise(), brokers.split(','));
  }

  /** About how many there are. */
  async estimate(): Promise<number> {
    const counts = await Promise.all(SERVICES.map((service) => this.#letters(service).estimatedDocumentCount()));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** All, by their id. */
  async all(): Promise<Map<string, FoundLetter>> {
    const told = await this.#told();
    const found = new Map<string, FoundLetter>();
    for (const service of SERVICES) {
      for await (const { _id, reason } of this.#letters(service).find({}, { projection: { reason: 1 } })) found.set(_id, { reason: typeof reason === 'string' ? reason : '', told: told.get(_id) ?? 0 });
    }
    for (const [id, times] of told) if (!found.has(id)) found.set(id, { reason: '', told: times });
    return found;
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  #letters(service: (typeof SERVICES)[number]): mongoose.mongo.Collection<LetterDocument> {
    return this.connection.collection(collectionOf(service, DEAD_LETTER_TABLE)) as unknown as mongoose.mongo.Collection<LetterDocument>;
  }

  /** Reads the topics from their beginning to their end. */
  async #told(): Promise<Map<string, number>> {
    const kafka = new kafkajs.Kafka({ clientId: 'fuzz-count', brokers: [...this.brokers], logLevel: kafkajs.logLevel.NOTHING, requestTimeout: 60_000 });
    const topics = SERVICES.map(deadLettersOf);
    let missing = await recordsIn(kafka, topics);
    const told = new Map<string, number>();
    if (missing === 0) return told;
    const consumer = kafka.consumer({ groupId: `fuzz-count-${Date.now()}`, maxWaitTimeInMs: 200, allowAutoTopicCreation: false });
    await consumer.connect();
    await consumer.subscribe({ topics, fromBeginning: true });
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    let patience = setTimeout(() => undefined, QUIET_MS);
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch, heartbeat }) => {
        for (const { value } of batch.messages) {
          const { id } = JSON.parse(String(value)) as { id: string };
          told.set(id, (told.get(id) ?? 0) + 1);
          missing -= 1;
        }
        clearTimeout(patience);
        // A little longer than to the end: for what should not come.
        if (missing <= 0) patience = setTimeout(() => resolve(undefined), QUIET_MS);
        else patience = setTimeout(() => reject(new Error(`${missing} dead letters of the topics could not be read`)), 12 * QUIET_MS);
        await heartbeat();
      },
    });
    await promise.finally(() => consumer.disconnect());
    return told;
  }
}

async function recordsIn(kafka: kafkajs.Kafka, topics: readonly string[]): Promise<number> {
  const admin = kafka.admin();
  await admin.connect();
  const offsets = (await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)))).flat();
  await admin.disconnect();
  return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
}
