import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const runningSystem = z.object({
  /** Base URL of the entry. */
  url: z.url(),
  /** Where the SMSC simulator shows what it received; absent when SMPP_URL names a real SMSC. */
  smscViewUrl: z.url().optional(),
  /** Of the development collector; absent without `--traces`. */
  collectorUrl: z.url().optional(),
  /** The process that everything ends with. */
  pid: z.number().int().positive(),
});
export type RunningSystem = Readonly<z.infer<typeof runningSystem>>;

const FOLDER = fileURLToPath(new URL('../../../.cpm', import.meta.url));

/** Writes down where this checkout's system answers, for programs started beside it. The result takes it back. */
export async function announceSystem(system: RunningSystem, folder = FOLDER): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const draft = `${pathIn(folder)}.${system.pid}`;
  // A rename shows readers the whole of it or nothing.
  await writeFile(draft, `${JSON.stringify(system)}\n`);
  await rename(draft, pathIn(folder));
  return async () => {
    // Another system of this checkout may have been started since.
    if ((await written(folder))?.pid === system.pid) await rm(pathIn(folder), { force: true });
  };
}

/** The system of this checkout that was started last; undefined when there is none, or its process is gone. */
export async function announcedSystem(folder = FOLDER): Promise<RunningSystem | undefined> {
  const system = await written(folder);
  return system && isAlive(system.pid) ? system : undefined;
}

async function written(folder: string): Promise<RunningSystem | undefined> {
  const text = await readFile(pathIn(folder), 'utf8').catch(() => 'null');
  return runningSystem.safeParse(parsed(text)).data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pathIn(folder: string): string {
  return join(folder, 'running.json');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
