import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kafkaBinaries, requireJava } from './kafka-binaries.js';
import { kafkaProperties } from './kafka-properties.js';
import { makeWorkplace, runLocalService, seedData } from './local-service.js';
import { claimPort, freePort } from './ports.js';
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

/** A one-node KRaft broker from the cached jars on 127.0.0.1. @throws when the port is taken, Java is missing, or it does not start */
export async function startLocalKafka({ dataDir, port: wanted, log = () => undefined }: StartOptions = {}): Promise<KafkaService> {
  const port = await claimPort('Kafka', wanted, 'KAFKA_BROKERS');
  const binaries = await kafkaBinaries(log);
  await requireJava();
  const workplace = await makeWorkplace('kafka', dataDir);
  await seedData(workplace, binaries.formattedDir);
  const properties = join(workplace.folder, 'server.properties');
  await writeFile(properties, kafkaProperties({ dataDir: workplace.dataDir, port, controllerPort: await freePort() }));
  log(`Kafka: starting on port ${port}, log ${workplace.logPath}`);
  const service = await runLocalService({
    name: 'kafka',
    workplace,
    command: 'java',
    args: ['-cp', binaries.classPath, ...JVM_OPTIONS, 'kafka.Kafka', properties],
    port,
    isReady: (logged) => logged.includes(READY),
  });
  return Object.assign(service, { brokers: [`127.0.0.1:${port}`] });
}
