import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.js';
import { verifyFolder } from './checksum.js';
import { KAFKA_JARS } from './kafka-jars.js';
import { kafkaProperties } from './kafka-properties.js';
import { megabytes, withProgress } from './progress.js';
import type { Log } from './service.js';
import { runTool } from './tool.js';

const KAFKA_VERSION = '4.1.0';
const OLDEST_JAVA = 17;
const CLUSTER_ID = 'cpmLocalStackAAAAAAAAA';
const INSTALL = 'On Debian: apt-get install default-jre-headless maven. Or set KAFKA_BROKERS to use a broker that already runs';
const COPY_DEPENDENCIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>cpm</groupId><artifactId>local-stack</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;

/** Where Kafka's jars and an empty formatted data folder are. */
export interface KafkaBinaries {
  classPath: string;
  formattedDir: string;
}

/** Kafka from the cache, or from Maven Central once. @throws when Java 17 or Maven is missing, or a jar is not the expected one */
export async function kafkaBinaries(log: Log): Promise<KafkaBinaries> {
  const folder = await cached(`kafka-${KAFKA_VERSION}`, async (partial) => {
    await requireJava();
    const libs = join(partial, 'libs');
    await download(partial, libs, log);
    await verifyFolder(libs, KAFKA_JARS);
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

async function download(partial: string, libs: string, log: Log): Promise<void> {
  await writeFile(join(partial, 'pom.xml'), POM);
  const total = Object.keys(KAFKA_JARS).length;
  const fetched = new Map<string, number>();
  // Maven downloads all jars that its own repository lacks before it copies any.
  const resolved = () => Math.max(fetched.size, existsSync(libs) ? readdirSync(libs).length : 0);
  const describe = () => `Kafka: resolving ${total} jars: ${resolved()}/${total}${amount(fetched)}`;
  await withProgress(log, describe, () => runTool({
    command: 'mvn',
    args: ['-B', '-f', 'pom.xml', COPY_DEPENDENCIES, `-DoutputDirectory=${libs}`],
    cwd: partial,
    ifMissing: INSTALL,
    onLine: (line) => {
      const download = /Downloaded from \S+ \S*\/(\S+\.jar) \(([\d.]+) (\w*B)/.exec(line);
      if (download?.[1] !== undefined && download[1] in KAFKA_JARS) fetched.set(download[1], bytes(download[2], download[3]));
    },
  }));
  log(describe());
}

function amount(fetched: ReadonlyMap<string, number>): string {
  const total = [...fetched.values()].reduce((sum, size) => sum + size, 0);
  return total === 0 ? '' : ` (${megabytes(total)})`;
}

function bytes(amountText = '0', unit = 'B'): number {
  return Number(amountText) * ({ B: 1, kB: 1e3, MB: 1e6, GB: 1e9 }[unit] ?? 1);
}

/** Formatting takes a JVM start of its own, so it is done once and copied. */
async function format(partial: string, libs: string): Promise<void> {
  const formatted = join(partial, 'formatted');
  const properties = join(partial, 'format.properties');
  await mkdir(formatted);
  await writeFile(properties, kafkaProperties({ dataDir: formatted, port: 9092, controllerPort: 9093 }));
  await runTool({
    command: 'java',
    args: ['-cp', join(libs, '*'), 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties],
    ifMissing: INSTALL,
  });
}
