import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

const ABANDONED_AFTER_MS = 6 * 3600 * 1000;

/** The folder that keeps downloaded binaries for all clones of the project. */
export function cacheRoot(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'cpm-stack');
}

/**
 * The folder `name` of the cache, filled once: `fill` works in a folder of its own that takes the name only when complete,
 * so neither a crash nor a second process at the same time leaves a half-filled one.
 */
export async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const target = join(cacheRoot(), name);
  if (existsSync(target)) return target;
  await mkdir(cacheRoot(), { recursive: true });
  await removeAbandoned(`${name}.partial-`);
  const partial = await mkdtemp(`${target}.partial-`);
  try {
    await fill(partial);
    await rename(partial, target).catch((error: unknown) => {
      // A second process that was faster has put the same content there.
      if (!existsSync(target)) throw error;
    });
    return target;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** What stands for the content of files in the name of what is made from them. */
export async function versionOf(paths: readonly string[]): Promise<string> {
  const contents = await Promise.all(paths.map((path) => readFile(path)));
  return createHash('sha256').update(Buffer.concat(contents)).digest('hex').slice(0, 12);
}

async function removeAbandoned(prefix: string): Promise<void> {
  for (const entry of await readdir(cacheRoot())) {
    if (!entry.startsWith(prefix)) continue;
    const path = join(cacheRoot(), entry);
    const age = Date.now() - (await stat(path).then((found) => found.mtimeMs, () => Date.now()));
    if (age > ABANDONED_AFTER_MS) await rm(path, { recursive: true, force: true });
  }
}
