import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { transformFile } from '@swc/core';
import { writeFile } from 'node:fs/promises';

const LIMIT_MS = 30_000;

const PARENT = `
import { mkdir } from 'node:fs/promises';
import { supervise } from './supervisor.mjs';
const [folder, ...command] = process.argv.slice(2);
await mkdir(folder);
const child = await supervise({ command: command[0], args: command.slice(1), logPath: folder + '.log', temporaryDir: folder });
console.log(child.pid);
setInterval(() => undefined, 1000);
`;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(20);
}

describe('a supervised process', () => {
  let folder: string;
  let script: string;
  let parent: ChildProcess | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cpm-supervisor-spec-'));
    script = join(folder, 'parent.mjs');
    await writeFile(script, PARENT);
    const { code } = await transformFile(join(import.meta.dirname, 'supervisor.ts'), { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' } });
    await writeFile(join(folder, 'supervisor.mjs'), code);
  });
  afterAll(() => rm(folder, { recursive: true }));
  afterEach(() => { parent?.kill('SIGKILL'); });

  async function startParent(name: string, command: string[]): Promise<{ pid: number; temporary: string }> {
    const temporary = join(folder, name);
    parent = spawn(process.execPath, [script, temporary, ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: parent.stdout! }), 'line')) as [string];
    return { pid: Number(line), temporary };
  }

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('ends, and its temporary folder goes, when its parent ends by %s', async (signal) => {
    const { pid, temporary } = await startParent(signal, ['sleep', '600']);
    expect(isAlive(pid)).toBe(true);
    expect(existsSync(temporary)).toBe(true);
    parent!.kill(signal);
    await until(() => !isAlive(pid) && !existsSync(temporary));
  }, LIMIT_MS);

  it('is killed when it ignores the request to end', async () => {
    const { pid } = await startParent('stubborn', ['sh', '-c', 'trap "" TERM; while :; do sleep 1; done']);
    parent!.kill('SIGKILL');
    await until(() => !isAlive(pid));
  }, LIMIT_MS);
});
