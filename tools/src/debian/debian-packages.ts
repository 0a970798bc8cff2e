import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Installs the packages with apt-get unless all these files are there. @throws an Error that names the packages when that cannot be done here */
export async function debianPackages(packages: readonly string[], files: readonly string[]): Promise<void> {
  const isThere = await Promise.all(files.map((path) => access(path).then(() => true, () => false)));
  if (isThere.every(Boolean)) return;
  console.error(`Installing ${packages.join(' and ')} with apt-get …`);
  const environment = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  try {
    await run('apt-get', ['update'], environment);
    await run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], environment);
  } catch (error) {
    throw new Error(`${files.join(' and ')} are not there and could not be installed: run apt-get install ${packages.join(' ')} as root`, { cause: error });
  }
}
