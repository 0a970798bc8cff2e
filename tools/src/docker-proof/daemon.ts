import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { dockerAt, run, type Docker } from './docker.js';

export interface Daemon extends Docker {
  /** It was started here, so its images are nobody else's. */
  readonly isOwn: boolean;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 60_000;
const POLL_MS = 500;

/**
 * The daemon that answers, or one of its own with its data in `folder`, which is emptied at the end unless `keeps`.
 * @throws saying what to install when there is none and none can be started
 */
export async function daemonIn(folder: string, keeps: boolean, log: (line: string) => void): Promise<Daemon> {
  if (await run('docker', ['info']).then(() => true, () => false)) return { ...(await dockerAt(undefined)), isOwn: false, stop: () => Promise.resolve() };
  if (process.getuid?.() !== 0) throw new Error('no Docker daemon answers, and only root may start one');
  await mkdir(folder, { recursive: true });
  const socket = `unix://${join(folder, 'docker.sock')}`;
  const logPath = join(folder, 'dockerd.log');
  const child = spawn('dockerd', ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'dockerd.pid'), '--host', socket], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = createWriteStream(logPath, { flags: 'a' });
  for (const stream of [child.stdout, child.stderr]) stream.pipe(output, { end: false });
  await once(child, 'spawn').catch(() => {
    throw new Error('no Docker daemon answers and dockerd is not installed; on Debian: apt-get install docker.io docker-compose debootstrap');
  });
  log(`dockerd: starting an own one, log ${logPath}`);
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      await once(child, 'exit');
      clearTimeout(limit);
    }
    output.end();
    if (!keeps) await rm(folder, { recursive: true, force: true });
  };
  try {
    const docker = await dockerAt(socket);
    for (const deadline = Date.now() + START_LIMIT_MS; !(await docker.docker(['info']).then(() => true, () => false)); ) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`dockerd does not answer; see ${logPath}`);
      await pause(POLL_MS);
    }
    return { ...docker, isOwn: true, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
