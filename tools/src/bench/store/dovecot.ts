import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort, supervise, type SupervisedProcess } from '@cpm/testing-containers';
import { debianPackages } from '../../debian/debian-packages.js';

/** `mail_fsync` of Dovecot: `optimized`, its default, syncs mails as they are saved but not the log that flags go to; `always` syncs both. */
export type FsyncMode = 'optimized' | 'always';

/** A Dovecot of our own on loopback: any user name with PASSWORD has an empty box. */
export interface Dovecot {
  readonly port: number;
  readonly version: string;
  /** Where it keeps mails. */
  readonly folder: string;
  /** What it logged beyond the ordinary. */
  complaints(): Promise<string>;
  stop(): Promise<void>;
}

export const MAIL_FORMAT = 'sdbox';
export const PASSWORD = 'bench';
const PROGRAM = '/usr/sbin/dovecot';
const HOST = '127.0.0.1';
const START_LIMIT_MS = 20_000;
const STOP_GRACE_MS = 10_000;
const POLL_MS = 50;
const run = promisify(execFile);

/** Starts Dovecot with an own configuration and a temporary data folder. @throws when it is missing and cannot be installed, or does not start */
export async function startDovecot(fsync: FsyncMode): Promise<Dovecot> {
  if (process.getuid?.() !== 0) throw new Error('Dovecot changes its user: run the bench as root');
  await debianPackages(['dovecot-core', 'dovecot-imapd'], [PROGRAM, '/usr/lib/dovecot/imap']);
  const version = (await run(PROGRAM, ['--version'])).stdout.trim();
  const folder = await mkdtemp(join(tmpdir(), 'cpm-dovecot-'));
  const port = await freePort();
  const logPath = join(folder, 'dovecot.log');
  const [uid, gid] = await mailUser();
  // The mail processes run under another user and must get through.
  await chmod(folder, 0o755);
  for (const name of ['base', 'state', 'mail']) await mkdir(join(folder, name));
  await chown(join(folder, 'mail'), uid, gid);
  await writeFile(join(folder, 'dovecot.conf'), configuration({ folder, port, fsync, logPath }));
  const server = await supervise({ command: PROGRAM, args: ['-F', '-c', join(folder, 'dovecot.conf')], logPath, temporaryDir: folder });
  const stop = async () => {
    await server.end('SIGTERM', STOP_GRACE_MS);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await listening(server, port, logPath);
  } catch (error) {
    await stop();
    throw error;
  }
  const complaints = async () => (await readFile(logPath, 'utf8')).split('\n').filter((line) => !line.includes(': Info: ')).join('\n');
  return { port, version, folder: join(folder, 'mail'), complaints, stop };
}

async function mailUser(): Promise<[uid: number, gid: number]> {
  const ids = await Promise.all(['-u', '-g'].map((which) => run('id', [which, 'mail'])));
  return ids.map(({ stdout }) => Number(stdout)) as [number, number];
}

function configuration({ folder, port, fsync, logPath }: { folder: string; port: number; fsync: FsyncMode; logPath: string }): string {
  return `base_dir = ${folder}/base
state_dir = ${folder}/state
log_path = ${logPath}
protocols = imap
listen = ${HOST}
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
mail_fsync = ${fsync}
mail_location = ${MAIL_FORMAT}:${folder}/mail/%u
# \`mail\` is below the lowest user that is allowed by default.
first_valid_uid = 1
passdb {
  driver = static
  args = password=${PASSWORD}
}
userdb {
  driver = static
  args = uid=mail gid=mail home=${folder}/mail/%u
}
namespace inbox {
  inbox = yes
  separator = /
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
}
service anvil {
  chroot =
}
`;
}

async function listening(server: SupervisedProcess, port: number, logPath: string): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await greets(port))) {
    if (!server.isRunning() || Date.now() > deadline) throw new Error(`Dovecot did not start: ${await readFile(logPath, 'utf8')}`);
    await pause(POLL_MS);
  }
}

async function greets(port: number): Promise<boolean> {
  const socket = connect({ port, host: HOST });
  try {
    const [greeting] = (await once(socket, 'data', { signal: AbortSignal.timeout(START_LIMIT_MS) })) as [Buffer];
    return greeting.toString('utf8').startsWith('* OK');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
