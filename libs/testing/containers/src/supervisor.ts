import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** How long an orphan may take to end in order, in tenths of a second. */
const ORPHAN_GRACE_TENTHS = 80;

/**
 * Runs the command and ends it when standard input closes, which happens however the parent dies.
 * The group of its own keeps a terminal's Ctrl-C away: the parent decides when its services end.
 * $1 is a folder to remove when the parent is gone, or empty.
 */
const SUPERVISOR = `
folder=$1; shift
orphaned=
trap 'orphaned=yes' USR1
exec 3<&0
"$@" </dev/null 3<&- >&4 2>&4 4>&- &
child=$!
echo "$child"
exec 1>&- 4>&-
(
  trap - USR1
  read -r _ <&3
  kill -USR1 $$
  kill -TERM "$child" 2>/dev/null
  n=0
  while kill -0 "$child" 2>/dev/null && [ "$n" -lt ${ORPHAN_GRACE_TENTHS} ]; do sleep 0.1; n=$((n + 1)); done
  kill -KILL "$child" 2>/dev/null
) &
watch=$!
exec 3<&- </dev/null
while :; do
  wait "$child"; code=$?
  kill -0 "$child" 2>/dev/null || break
done
kill -KILL "$watch" 2>/dev/null
if [ -n "$orphaned" ] && [ -n "$folder" ]; then rm -rf -- "$folder"; fi
exit "$code"
`;

const LOG_TAIL_LINES = 15;

/** A running process that cannot outlive this one. */
export interface SupervisedProcess {
  /** Id of the process itself, not of its supervisor. */
  readonly pid: number;
  /** Resolves when it has ended; never rejects. */
  readonly ended: Promise<void>;
  isRunning(): boolean;
  /** Sends the signal and waits for the end; after `graceMs` it is killed. */
  end(signal: 'SIGTERM' | 'SIGKILL', graceMs: number): Promise<void>;
}

export interface SupervisedCommand {
  command: string;
  args: readonly string[];
  cwd?: string;
  /** Both output streams are appended here. */
  logPath: string;
  /** Removed when this process dies before it stops the command. */
  temporaryDir?: string | undefined;
}

/** Starts a command that ends with this process, even by `kill -9`. @throws when it cannot be started at all */
export async function supervise({ command, args, cwd, logPath, temporaryDir }: SupervisedCommand): Promise<SupervisedProcess> {
  const log = openSync(logPath, 'a');
  const shell = spawn('/bin/sh', ['-c', SUPERVISOR, 'supervisor', temporaryDir ?? '', command, ...args], {
    cwd, detached: true, stdio: ['pipe', 'pipe', log, 'ignore', log],
  });
  closeSync(log);
  let running = true;
  const ended = once(shell, 'exit').then(() => { running = false; }, () => { running = false; });
  shell.stdin?.on('error', () => undefined);
  const [line] = await Promise.race([
    once(createInterface({ input: shell.stdout! }), 'line') as Promise<[string]>,
    ended.then(() => { throw new Error(`${command} could not be started: ${logTail(logPath)}`); }),
  ]);
  shell.stdout!.destroy();
  // The supervisor keeps neither this process alive nor its pipe open longer than the process lives.
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  const pid = Number(line);
  return { pid, ended, isRunning: () => running, end: (signal, graceMs) => endProcess(pid, ended, () => running, signal, graceMs) };
}

async function endProcess(pid: number, ended: Promise<void>, running: () => boolean, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  if (!running()) return;
  signalProcess(pid, signal);
  const killer = setTimeout(() => { if (running()) signalProcess(pid, 'SIGKILL'); }, graceMs);
  await ended;
  clearTimeout(killer);
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The last lines of a log, for an error message. */
export function logTail(logPath: string): string {
  return readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}
