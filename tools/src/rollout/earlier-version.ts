import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { CHECKOUT } from '../start/services.js';

const run = promisify(execFile);

export interface EarlierVersion {
  /** Of its commit, abbreviated. */
  readonly commit: string;
  /** The folder where it is checked out and built. */
  readonly checkout: string;
}

/**
 * Checks a version of this project out below `.cpm/versions` and builds it there with its own dependencies; one that was built before is only built anew where something is missing.
 * @throws when this is no clone of the project, when it knows no such tag, branch or commit, or when that does not build
 */
export async function earlierVersion(revision: string): Promise<EarlierVersion> {
  const { stdout } = await run('git', ['rev-parse', '--verify', '--short=12', `${revision}^{commit}`], { cwd: CHECKOUT }).catch((error: unknown) => {
    throw new Error(`--from: ${revision} is no version that this clone knows (${(error as Error).message.trim().split('\n').at(-1)})`);
  });
  const commit = stdout.trim();
  const checkout = join(CHECKOUT, '.cpm', 'versions', commit);
  if (!existsSync(join(checkout, 'package.json'))) await extract(commit, checkout);
  await built(checkout);
  return { commit, checkout };
}

async function extract(commit: string, checkout: string): Promise<void> {
  await mkdir(checkout, { recursive: true });
  const archive = spawn('git', ['archive', '--format=tar', commit], { cwd: CHECKOUT, stdio: ['ignore', 'pipe', 'inherit'] });
  const tar = spawn('tar', ['-x', '-C', checkout], { stdio: ['pipe', 'inherit', 'inherit'] });
  const [[unpacked]] = (await Promise.all([once(tar, 'close'), pipeline(archive.stdout, tar.stdin)])) as [[number | null], unknown];
  if (unpacked === 0 && archive.exitCode === 0) return;
  await rm(checkout, { recursive: true, force: true });
  throw new Error(`--from: ${commit} could not be checked out into ${checkout}`);
}

async function built(checkout: string): Promise<void> {
  const child = spawn(process.execPath, ['tools/bootstrap.mjs'], { cwd: checkout, stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`--from: the version in ${checkout} does not build`);
}
