import { cp, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { LocalProcess } from './service.js';
import { logTail, supervise, type SupervisedProcess } from './supervisor.js';

const POLL_MS = 25;
const START_LIMIT_MS = 180_000;
const STOP_GRACE_MS = 15_000;

/** The folder of a service: `data`, its log, and whether it goes away at the end. */
export interface Workplace {
  readonly folder: string;
  readonly logPath: string;
  readonly dataDir: string;
  readonly isTemporary: boolean;
}

/** Makes the folder `name` in `dataDir`, or a temporary one. */
export async function makeWorkplace(name: string, dataDir: string | undefined): Promise<Workplace> {
  const folder = dataDir === undefined ? await mkdtemp(join(tmpdir(), `cpm-${name}-`)) : join(dataDir, name);
  await mkdir(folder, { recursive: true });
  return { folder, logPath: join(folder, `${name}.log`), dataDir: join(folder, 'data'), isTemporary: dataDir === undefined };
}

/** Fills the data folder from a prepared one unless an earlier start left its data there. */
export async function seedData(workplace: Workplace, preparedDir: string): Promise<void> {
  if (!existsSync(workplace.dataDir)) await cp(preparedDir, workplace.dataDir, { recursive: true });
}

export interface LocalService {
  name: string;
  workplace: Workplace;
  command: string;
  args: readonly string[];
  cwd?: string;
  /** Where it must accept connections before it counts as started; left out, what it logs is enough. */
  port?: number;
  /** Whether what the process logged since its start says that it serves. */
  isReady: (logged: string) => boolean;
  /** Done after each start, before it counts as started. */
  afterStart?: () => Promise<void>;
}

/** Starts a local binary and waits until it serves. @throws with the end of its log when it ends first or takes over 180 s */
export async function runLocalService(service: LocalService): Promise<LocalProcess> {
  const { workplace } = service;
  let current: SupervisedProcess | undefined;
  const start = async () => {
    current = await startOnce(service);
  };
  const kill = async () => {
    await current?.end('SIGKILL', STOP_GRACE_MS);
  };
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
    if (current?.isRunning() === true) process.kill(current.pid, name);
  };
  const stop = async () => {
    // One that is held still would not hear that it is to end.
    signal('SIGCONT');
    await current?.end('SIGTERM', STOP_GRACE_MS);
    if (workplace.isTemporary) await rm(workplace.folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await start();
  } catch (error) {
    if (workplace.isTemporary) await rm(workplace.folder, { recursive: true, force: true });
    throw error;
  }
  return {
    source: 'local',
    get pid() { return current?.isRunning() === true ? current.pid : undefined; },
    kill,
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    restart: async () => { await kill(); await start(); },
    stop,
  };
}

async function startOnce({ name, workplace, command, args, cwd, port, isReady, afterStart }: LocalService): Promise<SupervisedProcess> {
  const { logPath } = workplace;
  const logStart = await stat(logPath).then((found) => found.size, () => 0);
  const process = await supervise({ command, args, logPath, ...(cwd !== undefined && { cwd }), temporaryDir: workplace.isTemporary ? workplace.folder : undefined });
  try {
    await until(name, process, logPath, async () => isReady((await readFile(logPath)).subarray(logStart).toString('utf8')) && (port === undefined || acceptsConnections(port)));
    await afterStart?.();
    return process;
  } catch (error) {
    await process.end('SIGKILL', STOP_GRACE_MS);
    throw error;
  }
}

async function until(name: string, process: SupervisedProcess, logPath: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await condition())) {
    if (!process.isRunning()) throw new Error(`${name} ended while it started; the end of ${logPath}:\n${logTail(logPath)}`);
    if (Date.now() > deadline) throw new Error(`${name} did not start within ${START_LIMIT_MS / 1000} s; the end of ${logPath}:\n${logTail(logPath)}`);
    await pause(POLL_MS);
  }
}

function acceptsConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => resolve(false));
  });
}
