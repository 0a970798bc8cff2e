import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.js';
import { KAFKA_JARS } from './kafka-jars.js';
import { kafkaProperties } from './kafka-properties.js';
import { mavenJars } from './maven-jars.js';
import type { Log } from './service.js';
import { runTool } from './tool.js';

const KAFKA_VERSION = '4.1.0';
const COORDINATES = [`org.apache.kafka:kafka_2.13:${KAFKA_VERSION}`, 'org.slf4j:slf4j-simple:1.7.36'];
const OLDEST_JAVA = 17;
const CLUSTER_ID = 'cpmLocalStackAAAAAAAAA';
const INSTALL = 'On Debian: apt-get install default-jdk-headless maven. Or set KAFKA_BROKERS to use a broker that already runs';

/** Where Kafka's jars and an empty formatted data folder are. */
export interface KafkaBinaries {
  classPath: string;
  formattedDir: string;
}

/** Kafka from the cache, or from Maven Central once. @throws when Java 17 or Maven is missing, or a jar is not the expected one */
export async function kafkaBinaries(log: Log): Promise<KafkaBinaries> {
  const folder = await cached(`kafka-${KAFKA_VERSION}`, async (partial) => {
    await requireJava();
    const libs = await mavenJars({ name: 'Kafka', coordinates: COORDINATES, jars: KAFKA_JARS, ifMissing: INSTALL }, partial, log);
    await format(partial, libs);
    log(`Kafka: ${KAFKA_VERSION} is in the cache`);
  });
  return { classPath: join(folder, 'libs', '*'), formattedDir: join(folder, 'formatted') };
}

/** @throws when Java is missing or older than Kafka's brokers need */
export async function requireJava(): Promise<void> {
  const output = await runTool({ command: 'java', args: ['-version'], ifMissing: INSTALL });
  const major = Number(/version "(?:1\.)?(\d+)/.exec(output)?.[1] ?? 0);
  if (major < OLDEST_JAVA) throw new Error(`java is version ${major}, Kafka ${KAFKA_VERSION} needs ${OLDEST_JAVA} or later. ${INSTALL}`);
}

/** Formatting takes a JVM start of its own, so it is done once and copied. */
async function format(partial: string, libs: string): Promise<void> {
  const formatted = join(partial, 'formatted');
  const properties = join(partial, 'format.properties');
  await mkdir(formatted);
  await writeFile(properties, kafkaProperties({ dataDir: formatted, port: 9092, nodeId: 1, controllerPorts: [9093] }));
  await runTool({
    command: 'java',
    args: ['-cp', join(libs, '*'), 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties],
    ifMissing: INSTALL,
  });
}
