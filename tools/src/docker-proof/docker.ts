import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Call {
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Told every line as it comes. */
  readonly onLine?: ((line: string) => void) | undefined;
  readonly limitMs?: number | undefined;
  /** How many of its last lines an error tells; 40 unless given. */
  readonly keptLines?: number | undefined;
}

const LINES_KEPT = 40;

/** Runs a command to its end and answers what it wrote on standard output. @throws with its last lines when it fails or takes too long */
export async function run(command: string, args: readonly string[], { cwd, env, onLine, limitMs, keptLines = LINES_KEPT }: Call = {}): Promise<string> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], ...(limitMs !== undefined && { timeout: limitMs }) });
  const output: string[] = [];
  const last: string[] = [];
  const hear = (stream: NodeJS.ReadableStream, isOutput: boolean) => createInterface({ input: stream }).on('line', (line) => {
    if (isOutput) output.push(line);
    last.push(line);
    if (last.length > keptLines) last.shift();
    onLine?.(line);
  });
  hear(child.stdout, true);
  hear(child.stderr, false);
  const [code, signal] = (await once(child, 'close').catch((error: unknown) => {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? new Error(`${command}: is not installed`) : error;
  })) as [number | null, string | null];
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ended with ${code ?? signal}\n${last.join('\n')}`);
  return output.join('\n');
}

/** The programs that reach one daemon. */
export interface Docker {
  /** For programs that look for the daemon themselves. */
  readonly host: string | undefined;
  docker(args: readonly string[], call?: Call): Promise<string>;
  compose(args: readonly string[], call?: Call): Promise<string>;
}

const INSTALL = 'on Debian: apt-get install docker.io docker-compose debootstrap';

/** Finds a client that can build with BuildKit, and Compose 2 or 1.29. @throws saying what to install */
export async function dockerAt(host: string | undefined): Promise<Docker> {
  const env = { DOCKER_BUILDKIT: '1', ...(host !== undefined && { DOCKER_HOST: host }) };
  const client = await firstThat([['docker'], ['/usr/bin/docker']], async ([command = '']) => {
    const version = Number(/version (\d+)/.exec(await run(command, ['--version'], { env }))?.[1]);
    // Later clients leave building to a plugin.
    if (!(version < 23)) await run(command, ['buildx', 'version'], { env });
  });
  if (client === undefined) throw new Error(`no Docker client can build with BuildKit; ${INSTALL}`);
  const [docker = ''] = client;
  const compose = await firstThat([[docker, 'compose'], ['docker-compose']], async ([command = '', ...rest]) => {
    await run(command, [...rest, 'version'], { env });
  });
  if (compose === undefined) throw new Error(`neither docker compose nor docker-compose is installed; ${INSTALL}`);
  const [command = '', ...rest] = compose;
  const under = (call: Call = {}) => ({ ...call, env: { ...env, ...call.env } });
  return { host, docker: (args, call) => run(docker, args, under(call)), compose: (args, call) => run(command, [...rest, ...args], under(call)) };
}

async function firstThat(candidates: readonly (readonly string[])[], works: (candidate: readonly string[]) => Promise<void>): Promise<readonly string[] | undefined> {
  for (const candidate of candidates) {
    if (await works(candidate).then(() => true, () => false)) return candidate;
  }
  return undefined;
}
