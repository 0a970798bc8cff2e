import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyFolder } from './checksum.js';
import { megabytes, withProgress } from './progress.js';
import type { Log } from './service.js';
import { runTool } from './tool.js';

const COPY_DEPENDENCIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/** What to get from Maven Central. */
export interface MavenJars {
  /** For people. */
  readonly name: string;
  /** `group:artifact:version` of what is wanted; what it needs comes with it. */
  readonly coordinates: readonly string[];
  /** Every jar that comes: file name to sha256 in hex. */
  readonly jars: Readonly<Record<string, string>>;
  /** What to do when Maven is missing; ends the error message. */
  readonly ifMissing: string;
}

/** Puts the jars into `folder/libs` and answers that folder. @throws when Maven is missing or fails, or a jar is not the expected one */
export async function mavenJars({ name, coordinates, jars, ifMissing }: MavenJars, folder: string, log: Log): Promise<string> {
  const libs = join(folder, 'libs');
  await writeFile(join(folder, 'pom.xml'), pomOf(coordinates));
  const total = Object.keys(jars).length;
  const fetched = new Map<string, number>();
  // Maven downloads all jars that its own repository lacks before it copies any.
  const resolved = () => Math.max(fetched.size, existsSync(libs) ? readdirSync(libs).length : 0);
  const describe = () => `${name}: resolving ${total} jars: ${resolved()}/${total}${amount(fetched)}`;
  await withProgress(log, describe, () => runTool({
    command: 'mvn',
    args: ['-B', '-f', 'pom.xml', COPY_DEPENDENCIES, `-DoutputDirectory=${libs}`],
    cwd: folder,
    ifMissing,
    onLine: (line) => {
      const download = /Downloaded from \S+ \S*\/(\S+\.jar) \(([\d.]+) (\w*B)/.exec(line);
      if (download?.[1] !== undefined && download[1] in jars) fetched.set(download[1], bytes(download[2], download[3]));
    },
  }));
  log(describe());
  await verifyFolder(libs, jars);
  return libs;
}

function pomOf(coordinates: readonly string[]): string {
  const dependencies = coordinates.map((each) => {
    const [group, artifact, version] = each.split(':');
    return `    <dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>cpm</groupId><artifactId>local-stack</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
${dependencies.join('\n')}
  </dependencies>
</project>
`;
}

function amount(fetched: ReadonlyMap<string, number>): string {
  const total = [...fetched.values()].reduce((sum, size) => sum + size, 0);
  return total === 0 ? '' : ` (${megabytes(total)})`;
}

function bytes(amountText = '0', unit = 'B'): number {
  return Number(amountText) * ({ B: 1, kB: 1e3, MB: 1e6, GB: 1e9 }[unit] ?? 1);
}
