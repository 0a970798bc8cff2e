import { startKafkaCluster, type KafkaCluster } from './kafka-cluster.js';
import { startMongoCluster, type MongoCluster } from './mongo-cluster.js';
import type { LocalStack } from './stack.js';
import type { StartOptions } from './service.js';
import { startToxiproxy, type Toxiproxy } from './toxiproxy.js';

/** Three brokers and three mongods, whose clients' ports are behind proxies. */
export interface LocalCluster extends LocalStack {
  readonly kafka: KafkaCluster;
  readonly mongo: MongoCluster;
  readonly toxiproxy: Toxiproxy;
}

/**
 * Starts a cluster from local binaries. `KAFKA_BROKERS`, `MONGODB_URI` and Docker play no part: its parts are to be killed one by one.
 * @throws when a part cannot be had or started, saying what to install; what was started is stopped again
 */
export async function startLocalCluster(options: Omit<StartOptions, 'port'> = {}): Promise<LocalCluster> {
  const toxiproxy = await startToxiproxy(options);
  const [kafka, mongo] = await Promise.allSettled([startKafkaCluster(toxiproxy, options), startMongoCluster(toxiproxy, options)]);
  if (kafka.status === 'rejected' || mongo.status === 'rejected') {
    const started = [kafka, mongo].flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    await Promise.all([...started, toxiproxy].map((part) => part.stop()));
    throw kafka.status === 'rejected' ? kafka.reason : (mongo as PromiseRejectedResult).reason;
  }
  return {
    kafka: kafka.value,
    mongo: mongo.value,
    toxiproxy,
    stop: async () => {
      await Promise.all([kafka.value.stop(), mongo.value.stop()]);
      await toxiproxy.stop();
    },
  };
}
