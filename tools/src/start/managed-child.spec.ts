import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManagedChild, type ChildEnd } from './managed-child.js';

/** Says who it is and what it was given, answers a request to end, and lives until then. */
const SCRIPT = `
console.log('runs', process.pid, process.env.GIVEN ?? 'nothing');
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
setInterval(() => console.log('tick', process.pid), 10);
process.send('ready');
`;

let folder: string;
let child: ManagedChild;
let ends: ChildEnd[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cpm-child-'));
  await writeFile(join(folder, 'child.mjs'), SCRIPT);
  ends = [];
  child = new ManagedChild({ name: 'child', script: join(folder, 'child.mjs'), environment: { PATH: process.env['PATH'] }, logPath: join(folder, 'log'), log: () => undefined, onEnd: (end) => ends.push(end) });
  await child.start();
});
afterEach(async () => {
  await child.stop();
  await rm(folder, { recursive: true });
});

const logged = () => readFile(join(folder, 'log'), 'utf8');

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

it('starts again after a kill, which was asked for', async () => {
  const { pid } = child;
  child.kill();
  await until(() => child.pid !== pid);
  expect(ends).toEqual([{ pid, at: expect.any(Number) as number, with: 'SIGKILL', asked: true }]);
});

it('tells an end that nobody asked for apart', async () => {
  const { pid } = child;
  process.kill(pid as number, 'SIGKILL');
  await until(() => child.pid !== pid);
  expect(ends).toMatchObject([{ pid, asked: false }]);
});

it('restarts in order with further variables, and without them the next time', async () => {
  const { pid } = child;
  await child.restart({ GIVEN: 'something' });
  const second = child.pid;
  expect(second).not.toBe(pid);
  await until(async () => (await logged()).includes(`runs ${second} something`));
  await child.restart();
  await until(async () => (await logged()).includes(`runs ${child.pid} nothing`));
  expect(ends.map((end) => [end.with, end.asked])).toEqual([['code 0', true], ['code 0', true]]);
});

it('keeps the variables when it dies meanwhile', async () => {
  await child.restart({ GIVEN: 'something' });
  const { pid } = child;
  child.kill();
  await until(() => child.pid !== pid);
  await until(async () => (await logged()).includes(`runs ${child.pid} something`));
});

it('is held still and goes on, and can be stopped while it is held', async () => {
  const ticks = async () => (await logged()).split('\n').length;
  await until(async () => (await ticks()) > 3);
  child.signal('SIGSTOP');
  const state = async () => (await readFile(`/proc/${child.pid}/stat`, 'utf8')).replace(/^.*\) /, '').charAt(0);
  await until(async () => (await state()) === 'T');
  child.signal('SIGCONT');
  const before = await ticks();
  await until(async () => (await ticks()) > before);
  child.signal('SIGSTOP');
  await child.stop();
  expect(ends).toEqual([]);
});

it('goes on with another script, also after a kill', async () => {
  const other = join(folder, 'other.mjs');
  await writeFile(other, SCRIPT.replace("'runs'", "'runs otherwise'"));
  await child.replace(other);
  await until(async () => (await logged()).includes(`runs otherwise ${child.pid}`));
  const { pid } = child;
  child.kill();
  await until(async () => child.pid !== pid && (await logged()).includes(`runs otherwise ${child.pid}`));
});
