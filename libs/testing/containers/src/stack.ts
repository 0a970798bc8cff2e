import { z } from 'zod';
import { dockerAnswers } from './docker.js';
import { startDockerKafka } from './docker-kafka.js';
import { startDockerMongo } from './docker-mongo.js';
import { kafkaBinaries } from './kafka-binaries.js';
import { startLocalKafka } from './local-kafka.js';
import { startLocalMongo } from './local-mongo.js';
import { mongodBinary } from './mongod-binary.js';
import { foreignService, type KafkaService, type Log, type MongoService, type StartOptions } from './service.js';

const environment = z.object({
  KAFKA_BROKERS: z.string().regex(/^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$/, 'expected host:port[,host:port]').optional(),
  MONGODB_URI: z.string().regex(/^mongodb(\+srv)?:\/\/\S+$/, 'expected mongodb://…').optional(),
});

/** The variable's value, undefined when unset or empty. @throws naming the variable when it does not parse */
function fromEnvironment(name: 'KAFKA_BROKERS' | 'MONGODB_URI'): string | undefined {
  const parsed = environment.safeParse({ [name]: process.env[name] || undefined });
  if (!parsed.success) throw new Error(`${name}: ${parsed.error.issues.map(({ message }) => message).join('; ')}`);
  return parsed.data[name];
}

/** A daemon that answers may still lack the image and a way to fetch it, which local binaries can make good. */
async function dockerOrLocal<T>(inDocker: (options: StartOptions) => Promise<T>, locally: (options: StartOptions) => Promise<T>, options: StartOptions): Promise<T> {
  if (!(await dockerAnswers())) return locally(options);
  try {
    return await inDocker(options);
  } catch (error) {
    options.log?.(`Docker cannot be used, taking local binaries: ${error instanceof Error ? error.message : String(error)}`);
    return locally(options);
  }
}

/** A Kafka broker: that of `KAFKA_BROKERS`, one in Docker, or a local one. @throws when none can be had, saying what to install or set */
export async function startKafka(options: StartOptions = {}): Promise<KafkaService> {
  const brokers = fromEnvironment('KAFKA_BROKERS');
  if (brokers !== undefined) return Object.assign(foreignService('KAFKA_BROKERS'), { brokers: brokers.split(',') });
  return dockerOrLocal(startDockerKafka, startLocalKafka, options);
}

/** A MongoDB replica set: that of `MONGODB_URI`, one in Docker, or a local one. @throws when none can be had, saying what to install or set */
export async function startMongo(options: StartOptions = {}): Promise<MongoService> {
  const uri = fromEnvironment('MONGODB_URI');
  if (uri !== undefined) return Object.assign(foreignService('MONGODB_URI'), { uri });
  return dockerOrLocal(startDockerMongo, startLocalMongo, options);
}

/** Fetches what `startKafka` and `startMongo` would fetch when first called, so that no test's time limit has to cover it. @throws as they do */
export async function prepareLocalStack(log: Log): Promise<void> {
  const [brokers, uri] = [fromEnvironment('KAFKA_BROKERS'), fromEnvironment('MONGODB_URI')];
  if ((brokers !== undefined && uri !== undefined) || (await dockerAnswers())) return;
  if (brokers === undefined) await kafkaBinaries(log);
  if (uri === undefined) await mongodBinary(log);
}

/** Both together. */
export interface LocalStack {
  readonly kafka: KafkaService;
  readonly mongo: MongoService;
  stop(): Promise<void>;
}

export interface LocalStackOptions extends Omit<StartOptions, 'port'> {
  kafkaPort?: number | undefined;
  mongoPort?: number | undefined;
}

/** Starts both at once; when one fails the other is stopped. @throws what `startKafka` or `startMongo` throws */
export async function startLocalStack({ dataDir, log, kafkaPort, mongoPort }: LocalStackOptions = {}): Promise<LocalStack> {
  return startBoth(startKafka({ dataDir, log, port: kafkaPort }), startMongo({ dataDir, log, port: mongoPort }));
}

/** Waits for both; when one fails the other is stopped. */
export async function startBoth(...starting: readonly [Promise<KafkaService>, Promise<MongoService>]): Promise<LocalStack> {
  const [kafka, mongo] = await Promise.allSettled(starting);
  if (kafka.status === 'rejected' || mongo.status === 'rejected') {
    const started = [kafka, mongo].flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    await Promise.all(started.map((service) => service.stop()));
    throw kafka.status === 'rejected' ? kafka.reason : (mongo as PromiseRejectedResult).reason;
  }
  return {
    kafka: kafka.value,
    mongo: mongo.value,
    stop: async () => { await Promise.all([kafka.value.stop(), mongo.value.stop()]); },
  };
}
