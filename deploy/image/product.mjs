// What the image is made of: the apps, and of tools those that run beside them.
import { existsSync, readFileSync } from 'node:fs';
import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const TOOLS = ['entry', 'smsc-simulator', 'replica-set', 'provision', 'backup'];

const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** Folders of the workspaces that the apps stand on, by name, and the folders of the apps. */
export function workspaces(root) {
  const patterns = manifestOf(root).workspaces.map((pattern) => `${pattern}/package.json`);
  const all = new Map(patterns.flatMap((pattern) => globSync(pattern, { cwd: root })).map((path) => [manifestOf(join(root, dirname(path))).name, dirname(path)]));
  const wanted = new Map();
  const take = (name) => {
    const folder = all.get(name);
    if (folder === undefined || wanted.has(name)) return;
    wanted.set(name, folder);
    for (const dependency of Object.keys(manifestOf(join(root, folder)).dependencies ?? {})) take(dependency);
  };
  for (const [name, folder] of all) if (dirname(folder) === 'apps') take(name);
  return wanted;
}

export function nodeBinary(root) {
  const path = join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  if (!existsSync(path)) throw new Error(`package-lock.json names no Node for linux ${process.arch}`);
  return path;
}
