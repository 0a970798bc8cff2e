import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { formatStorage, kafkaBinaries, type KafkaBinaries, requireJava } from './kafka-binaries.js';
import { type KafkaPlace, kafkaProperties } from './kafka-properties.js';
import { makeWorkplace, runLocalService, seedData, type Workplace } from './local-service.js';
import { claimPort, freePort } from './ports.js';
import { scramUser, type StackSecrets } from './secrets.js';
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

/** With `secrets` it takes TLS only, and users that the secrets know; nobody but the admin may do anything until somebody lets him. */
export interface LocalKafkaOptions extends StartOptions {
  readonly secrets?: StackSecrets | undefined;
}

/** A one-node KRaft broker from the cached jars on 127.0.0.1. @throws when the port is taken, Java is missing, or it does not start */
export async function startLocalKafka({ dataDir, port: wanted, log = () => undefined, secrets }: LocalKafkaOptions = {}): Promise<KafkaService> {
  const port = await claimPort('Kafka', wanted, 'KAFKA_BROKERS');
  const binaries = await runnableKafka(log);
  const workplace = await makeWorkplace('kafka', dataDir);
  const secure = secrets && { secrets, mutualTlsPort: await freePort() };
  const place = { port, nodeId: 1, controllerPorts: [await freePort()], secure };
  await fillData(workplace, binaries, place);
  log(`Kafka: starting on port ${port}, log ${workplace.logPath}`);
  const service = await runBroker({ name: 'kafka', workplace, binaries, place });
  return Object.assign(service, { brokers: [`127.0.0.1:${port}`], ...(secure && { mutualTlsBrokers: [`127.0.0.1:${secure.mutualTlsPort}`] }) });
}

/** Users have to be there before the first start: without one nobody could make them. */
async function fillData(workplace: Workplace, { classPath, formattedDir }: KafkaBinaries, place: Broker['place']): Promise<void> {
  if (!place.secure) await seedData(workplace, formattedDir);
  else if (!existsSync(workplace.dataDir)) await formatStorage(classPath, await writeProperties(workplace, place), place.secure.secrets.identities.map(scramUser));
}

async function writeProperties({ folder, dataDir }: Workplace, place: Broker['place']): Promise<string> {
  const properties = join(folder, 'server.properties');
  await writeFile(properties, kafkaProperties({ ...place, dataDir }));
  return properties;
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
  const properties = await writeProperties(workplace, place);
  return runLocalService({
    name,
    workplace,
    ...wrap('java', ['-cp', binaries.classPath, ...JVM_OPTIONS, 'kafka.Kafka', properties]),
    port: place.port,
    isReady: (logged) => logged.includes(READY),
  });
}
