import { existsSync } from 'node:fs';
import { open, rm, statfs, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Workplace } from './local-service.js';
import type { Log } from './service.js';
import { runTool } from './tool.js';

/** A file system of its own for the data of one process, which can be filled. */
export interface BrokerDisk {
  /** The command that runs another one with this file system mounted where its data belong. */
  wrap(command: string, args: readonly string[]): { command: string; args: readonly string[] };
  /** Takes all space that is left, as another writer on the same disk would. `pid` is the process that has it mounted. */
  fill(pid: number): Promise<void>;
  /** Gives the space back; a process that starts later finds it, too. */
  free(pid: number | undefined): Promise<void>;
}

const SIZE_BYTES = 16 * 1024 ** 3;
const BALLAST = 'ballast';
/** More than the extents of the ballast take. */
const ACCOUNT_BLOCKS = 4_096;
const CHUNK = Buffer.alloc(64 * 1024);
const INSTALL = 'On Debian: apt-get install util-linux e2fsprogs';

/**
 * The mount is seen by the process alone and goes with it, so that nothing stays mounted whoever dies first. The ballast of an earlier
 * process goes before the command starts. `$1` image, `$2` mount point; the rest is the command.
 */
const MOUNT_AND_RUN = `
set -e
image=$1; data=$2; shift 2
mount -o loop "$image" "$data"
rm -rf "$data/${BALLAST}" "$data/lost+found"
exec "$@"
`;

/** Puts the workplace's data, which are there already, on a file system of their own; undefined, with the reason logged, where that is not allowed. */
export async function makeBrokerDisk({ folder, dataDir }: Workplace, log: Log): Promise<BrokerDisk | undefined> {
  const image = join(folder, 'disk.img');
  try {
    if (!existsSync(image)) await makeImage(image, dataDir);
    await runTool({ command: 'unshare', args: ['--mount', 'mount', '-o', 'loop', image, dataDir], ifMissing: INSTALL });
  } catch (error) {
    log(`Kafka: no broker gets a disk of its own that could be filled, which needs root and loop devices: ${(error as Error).message}`);
    await rm(image, { force: true });
    return undefined;
  }
  const seenBy = (pid: number) => join('/proc', String(pid), 'root', dataDir, BALLAST);
  return {
    wrap: (command, args) => ({ command: 'unshare', args: ['--mount', 'sh', '-c', MOUNT_AND_RUN, 'mount-and-run', image, dataDir, command, ...args] }),
    fill: async (pid) => {
      const { bsize, bavail } = await statfs(dirname(seenBy(pid)));
      // The file system keeps account of the ballast itself; what it needs for that cannot be known before.
      await runTool({ command: 'fallocate', args: ['-l', String(bsize * Math.max(0, bavail - ACCOUNT_BLOCKS)), seenBy(pid)], ifMissing: INSTALL });
      await fillUp(seenBy(pid));
    },
    free: async (pid) => {
      if (pid !== undefined) await rm(seenBy(pid), { force: true });
    },
  };
}

/** Writes until there is no place for one more. */
async function fillUp(path: string): Promise<void> {
  const ballast = await open(path, 'a');
  try {
    for (;;) await ballast.writeFile(CHUNK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    await ballast.close();
  }
}

async function makeImage(image: string, dataDir: string): Promise<void> {
  await writeFile(image, '');
  await truncate(image, SIZE_BYTES);
  await runTool({ command: 'mkfs.ext4', args: ['-q', '-m', '0', '-d', dataDir, image], ifMissing: INSTALL });
}
