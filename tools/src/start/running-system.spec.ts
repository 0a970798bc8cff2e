import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { announcedSystem, announceSystem } from './running-system.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cpm-running-'));
});
afterEach(() => rm(folder, { recursive: true }));

const system = { url: 'http://127.0.0.1:8080', smscViewUrl: 'http://127.0.0.1:2776', pid: process.pid };

it('is found while it runs, and leaves nothing behind', async () => {
  expect(await announcedSystem(folder)).toBeUndefined();
  const withdraw = await announceSystem(system, folder);
  expect(await announcedSystem(folder)).toEqual(system);
  await withdraw();
  expect(await readdir(folder)).toEqual([]);
});

it('is not found when its process died without taking it back', async () => {
  const child = spawn(process.execPath, ['--eval', '']);
  await once(child, 'exit');
  await announceSystem({ ...system, pid: child.pid as number }, folder);
  expect(await announcedSystem(folder)).toBeUndefined();
});

it('does not take back what a later system wrote', async () => {
  const withdraw = await announceSystem({ ...system, pid: process.ppid }, folder);
  await announceSystem(system, folder);
  await withdraw();
  expect(await announcedSystem(folder)).toEqual(system);
});

it('is not found in a file that says something else', async () => {
  await writeFile(join(folder, 'running.json'), '{"url":');
  expect(await announcedSystem(folder)).toBeUndefined();
});
