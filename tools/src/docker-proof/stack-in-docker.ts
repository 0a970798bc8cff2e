import { startLocalStack } from '@cpm/testing-containers';
import { connectMongo, databaseOf } from '@cpm/runtime-mongo';
import { Kafka, logLevel, Partitioners } from 'kafkajs';

const TOPIC = 'proof';

/** What tests and `npm start` do where Docker is: starts both by testcontainers, writes, kills them and reads again. @throws when one of them is not in Docker or forgets */
export async function proveStackInDocker(log: (line: string) => void): Promise<void> {
  // The container that removes others comes from a registry.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  const stack = await startLocalStack({ log: (line) => log(`  ${line}`) });
  try {
    const { kafka, mongo } = stack;
    if (kafka.source !== 'docker' || mongo.source !== 'docker') throw new Error(`Kafka comes from ${kafka.source}, MongoDB from ${mongo.source}, and not from Docker`);
    const client = new Kafka({ clientId: 'docker-proof', brokers: kafka.brokers, logLevel: logLevel.NOTHING, retry: { retries: 20, maxRetryTime: 500 } });
    const admin = client.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 1 }] });
    const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
    await producer.connect();
    await producer.send({ topic: TOPIC, acks: -1, messages: [{ key: 'k', value: 'v' }] });
    await producer.disconnect();
    await admin.disconnect();
    await kept(mongo.uri, (count) => count === 0, true);
    await kafka.restart();
    await mongo.restart();
    const again = client.admin();
    await again.connect();
    const [position] = await again.fetchTopicOffsets(TOPIC);
    await again.disconnect();
    if (position?.high !== '1') throw new Error(`Kafka has ${position?.high} records after a kill instead of 1`);
    await kept(mongo.uri, (count) => count === 1, false);
    log('local stack in Docker: both keep what they were given when they are killed');
  } finally {
    await stack.stop();
  }
}

async function kept(uri: string, isExpected: (count: number) => boolean, adds: boolean): Promise<void> {
  const connection = await connectMongo(uri, { driver: { dbName: 'proof' } });
  try {
    const collection = databaseOf(connection).collection('kept');
    const count = await collection.countDocuments();
    if (!isExpected(count)) throw new Error(`MongoDB has ${count} documents`);
    if (adds) await collection.insertOne({}, { writeConcern: { w: 'majority' } });
  } finally {
    await connection.close();
  }
}
