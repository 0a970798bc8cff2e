import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** apt-get does not wait for another that works, and tests run side by side. */
const ONE_AT_A_TIME = join(tmpdir(), 'cpm-apt-get.lock');

/** Installs the packages with apt-get unless all these files are there. @throws an Error that names the packages when that cannot be done here */
export async function debianPackages(packages: readonly string[], files: readonly string[]): Promise<void> {
  const isThere = await Promise.all(files.map((path) => access(path).then(() => true, () => false)));
  if (isThere.every(Boolean)) return;
  console.error(`Installing ${packages.join(' and ')} with apt-get …`);
  const environment = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  try {
    await run('flock', [ONE_AT_A_TIME, 'apt-get', 'update'], environment);
    await run('flock', [ONE_AT_A_TIME, 'apt-get', 'install', '-y', '--no-install-recommends', ...packages], environment);
  } catch (error) {
    throw new Error(`${files.join(' and ')} are not there and could not be installed: run apt-get install ${packages.join(' ')} as root`, { cause: error });
  }
}
