import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaBinaries } from './kafka-binaries.js';
import { ADMIN, SCRAM } from './secrets.js';
import type { SecureStack } from './secure-stack.js';
import { runTool } from './tool.js';

/** Gives a user of a secured broker another password, as an operator does with kafka-configs; who is connected stays so. The password stands on a command line for a moment. */
export async function changeScramPassword({ kafka, secrets }: Pick<SecureStack, 'kafka' | 'secrets'>, name: string, password: string): Promise<void> {
  const { classPath } = await kafkaBinaries(() => undefined);
  const folder = await mkdtemp(join(tmpdir(), 'cpm-scram-'));
  const login = join(folder, 'login.properties');
  const module = 'org.apache.kafka.common.security.scram.ScramLoginModule required';
  try {
    await writeFile(login, [
      'security.protocol=SASL_SSL', `sasl.mechanism=${SCRAM}`,
      `sasl.jaas.config=${module} username="${ADMIN}" password="${secrets.identityOf(ADMIN).password}";`,
      'ssl.truststore.type=PEM', `ssl.truststore.location=${secrets.caFile}`,
    ].join('\n'), { mode: 0o600 });
    await runTool({
      command: 'java',
      args: [
        '-cp', classPath, '-XX:TieredStopAtLevel=1', 'kafka.admin.ConfigCommand', '--bootstrap-server', kafka.brokers.join(','), '--command-config', login,
        '--alter', '--entity-type', 'users', '--entity-name', name, '--add-config', `${SCRAM}=[password=${password}]`,
      ],
      ifMissing: 'Install a JDK',
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
