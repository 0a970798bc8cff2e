import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kafkaBinaries, requireJava, type KafkaBinaries } from './kafka-binaries.js';
import { kafkaProperties, type KafkaPlace } from './kafka-properties.js';
import { makeWorkplace, runLocalService, seedData, type Workplace } from './local-service.js';
import { claimPort, freePort } from './ports.js';
import type { KafkaService, LocalProcess, Log, StartOptions } from './service.js';

const READY = 'Kafka Server started';

const JVM_OPTIONS = [
  '-Xmx512m',
  // A development broker is short-lived and shares few cores: it must not spend its first minute on compiling itself.
  '-XX:TieredStopAtLevel=1',
  '-XX:+UseSerialGC',
  '-Djava.awt.headless=true',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
];

/** A one-node KRaft broker from the cached jars on 127.0.0.1. @throws when the port is taken, Java is missing, or it does not start */
export async function startLocalKafka({ dataDir, port: wanted, log = () => undefined }: StartOptions = {}): Promise<KafkaService> {
  const port = await claimPort('Kafka', wanted, 'KAFKA_BROKERS');
  const binaries = await runnableKafka(log);
  const workplace = await makeWorkplace('kafka', dataDir);
  await seedData(workplace, binaries.formattedDir);
  log(`Kafka: starting on port ${port}, log ${workplace.logPath}`);
  const service = await runBroker({ name: 'kafka', workplace, binaries, place: { port, nodeId: 1, controllerPorts: [await freePort()] } });
  return Object.assign(service, { brokers: [`127.0.0.1:${port}`] });
}

/** @throws when the jars or a Java that runs them cannot be had */
export async function runnableKafka(log: Log): Promise<KafkaBinaries> {
  const binaries = await kafkaBinaries(log);
  await requireJava();
  return binaries;
}

export interface Broker {
  readonly name: string;
  /** Its data are formatted. */
  readonly workplace: Workplace;
  readonly binaries: KafkaBinaries;
  readonly place: Omit<KafkaPlace, 'dataDir'>;
  /** What the broker's command is run by, where that is not this process itself. */
  readonly wrap?: ((command: string, args: readonly string[]) => { command: string; args: readonly string[] }) | undefined;
}

/** @throws when it does not start */
export async function runBroker({ name, workplace, binaries, place, wrap = (command, args) => ({ command, args }) }: Broker): Promise<LocalProcess> {
  const properties = join(workplace.folder, 'server.properties');
  await writeFile(properties, kafkaProperties({ ...place, dataDir: workplace.dataDir }));
  return runLocalService({
    name,
    workplace,
    ...wrap('java', ['-cp', binaries.classPath, ...JVM_OPTIONS, 'kafka.Kafka', properties]),
    port: place.port,
    isReady: (logged) => logged.includes(READY),
  });
}
