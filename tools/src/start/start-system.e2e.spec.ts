import { startSystem, type System } from './start-system.js';
import { devKeys } from '../dev-tokens/index.js';

let system: System;
const lines: string[] = [];

beforeAll(async () => {
  system = await startSystem({ processes: true, httpPort: 0, fresh: true, env: { LOG_LEVEL: 'warn' }, log: (line) => lines.push(line) });
}, 180_000);
afterAll(() => system.stop(), 60_000);

const isRunning = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function until(condition: () => boolean | Promise<boolean>, limitMs = 45_000): Promise<void> {
  for (const deadline = Date.now() + limitMs; !(await condition());) {
    if (Date.now() > deadline) throw new Error(`it did not come about within ${limitMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it('runs one process per service behind one entry', async () => {
  expect(new Set(system.pids.values()).size).toBe(7);
  const operator = await (await devKeys()).sign({ scope: 'operator' });
  const headers = { authorization: `Bearer ${operator}` };
  expect((await fetch(`${system.url}/admin/v1/policy`, { headers })).status).toBe(200);
  expect((await fetch(`${system.url}/admin/v1/messages/none/journey`, { headers })).status).toBe(404);
  expect((await fetch(`${system.url}/cpm/v1/messages`, { method: 'POST' })).status).toBe(401);
});

it('starts a service again that was killed', async () => {
  const killed = system.pids.get('device-registry') as number;
  system.kill('device-registry');
  await until(() => system.pids.get('device-registry') !== killed);
  await until(async () => (await fetch(`${system.url}/health/ready`)).status === 200);
  expect(lines).toEqual(expect.arrayContaining([`device-registry (pid ${killed}) ended with SIGKILL: starting it again`]));
}, 90_000);

it('adds processes of a service that works, and takes them away again', async () => {
  const routing = () => system.processes.filter(({ service }) => service === 'routing');
  await system.scale('routing', 2);
  await until(async () => (await fetch(`${system.url}/health/ready`)).status === 200);
  const [, added] = routing();
  expect(routing().map(({ replica }) => replica)).toEqual([1, 2]);
  expect(await added?.isReady()).toBe(true);
  await system.scale('routing', 1);
  expect(routing().map(({ replica }) => replica)).toEqual([1]);
  expect(isRunning(added?.pid ?? 0)).toBe(false);
  expect((await fetch(`${system.url}/health/ready`)).status).toBe(200);
}, 90_000);

it('leaves nothing running when it is stopped', async () => {
  const pids = [...system.pids.values(), system.stack.kafka.pid, system.stack.mongo.pid].filter((pid) => pid !== undefined);
  expect(pids.every(isRunning)).toBe(true);
  await system.stop();
  expect(pids.filter(isRunning)).toEqual([]);
}, 60_000);
