import { mkdtemp, rm, chmod, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mongo } from 'mongoose';
import { readBson } from '../backup/bson-file.js';
import { fileOf } from '../backup/manifest.js';
import { type ComposedSystem, STORES } from './composed-system.js';

/** Backs up, throws everything away, restores, and compares every user's history and its contents. @throws when one differs */
export async function backUpAndRestore(system: ComposedSystem, log: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cpm-backup-'));
  // The container's user is another one.
  await chmod(folder, 0o777);
  try {
    await system.beside(['backup', '/backup/now'], [`${folder}:/backup`]);
    const now = join(folder, 'now');
    log(`backup: ${((await bytesIn(now)) / 2 ** 20).toFixed(1)} MB`);
    const users = await usersIn(now);
    const before = await historiesOf(system, users);
    log(`histories of ${users.length} users, ${[...before.values()].flat().length} lines: read; throwing all data away`);
    await system.down(false);
    await system.up(STORES);
    await system.beside(['restore', '/backup/now'], [`${folder}:/backup:ro`]);
    await system.up();
    log(`ready again after ${(await system.ready() / 1_000).toFixed(0)} s`);
    const after = await historiesOf(system, users);
    const differing = users.filter((user) => JSON.stringify(before.get(user)) !== JSON.stringify(after.get(user)));
    if (differing.length > 0) throw new Error(`the histories of ${differing.length} users are not what they were`);
    log(`histories of ${users.length} users: the same, contents included`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function historiesOf(system: ComposedSystem, users: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const histories = new Map<string, readonly string[]>();
  for (const user of users) histories.set(user, await system.historyOf(user));
  return histories;
}

async function usersIn(folder: string): Promise<readonly string[]> {
  const users: string[] = [];
  for await (const box of readBson(fileOf(folder, 'message-store-sync.box'))) users.push(String(mongo.BSON.deserialize(box)['_id']));
  if (users.length === 0) throw new Error('nobody has a history');
  return users;
}

async function bytesIn(folder: string): Promise<number> {
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
