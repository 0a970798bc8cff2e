import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { formatStorage, kafkaBinaries, requireJava, type KafkaBinaries } from './kafka-binaries.js';
import { kafkaProperties } from './kafka-properties.js';
import { makeWorkplace, runLocalService, seedData, type Workplace } from './local-service.js';
import { claimPort, freePort } from './ports.js';
import { scramUser, type StackSecrets } from './secrets.js';
import type { KafkaService, StartOptions } from './service.js';

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
  const binaries = await kafkaBinaries(log);
  await requireJava();
  const workplace = await makeWorkplace('kafka', dataDir);
  const properties = join(workplace.folder, 'server.properties');
  const secure = secrets && { secrets, mutualTlsPort: await freePort() };
  await writeFile(properties, kafkaProperties({ dataDir: workplace.dataDir, port, controllerPort: await freePort(), secure }));
  await fillData(workplace, binaries, properties, secrets);
  log(`Kafka: starting on port ${port}, log ${workplace.logPath}`);
  const service = await runLocalService({
    name: 'kafka',
    workplace,
    command: 'java',
    args: ['-cp', binaries.classPath, ...JVM_OPTIONS, 'kafka.Kafka', properties],
    port,
    isReady: (logged) => logged.includes(READY),
  });
  return Object.assign(service, { brokers: [`127.0.0.1:${port}`], ...(secure && { mutualTlsBrokers: [`127.0.0.1:${secure.mutualTlsPort}`] }) });
}

/** Users have to be there before the first start: without one nobody could make them. */
async function fillData(workplace: Workplace, { classPath, formattedDir }: KafkaBinaries, properties: string, secrets: StackSecrets | undefined): Promise<void> {
  if (!secrets) await seedData(workplace, formattedDir);
  else if (!existsSync(workplace.dataDir)) await formatStorage(classPath, properties, secrets.identities.map(scramUser));
}
