// Runs a command of this project on nothing but Node 20 and npm: installs what the lock file names, builds, then runs the
// command under the Node of node_modules. Plain JavaScript without dependencies, because it runs before there are any.
// node tools/bootstrap.mjs [--no-build] [command...]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 20;
const PROGRESS_MS = 2000;
const LOCK_POLL_MS = 200;
const PARENT_POLL_MS = 1000;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const bin = join(modules, '.bin');
const lockFolder = join(root, '.cpm', 'bootstrap.lock');
const nodePackage = `node-${process.platform === 'darwin' && process.arch === 'arm64' ? 'bin-' : ''}${process.platform}-${process.arch}`;
const environment = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };

/** Why node_modules is not what package-lock.json names, or undefined when it is. */
function outdated() {
  const installed = readLock(join(modules, '.package-lock.json'));
  if (installed === undefined) return 'nothing is installed';
  for (const [path, { version, link, optional, extraneous }] of Object.entries(readLock(join(root, 'package-lock.json')) ?? {})) {
    // A workspace has a node_modules of its own where it needs another version than the rest.
    if (!/(^|\/)node_modules\//.test(path) || extraneous) continue;
    const isOtherPlatform = optional && path !== `node_modules/${nodePackage}`;
    if (link && !existsSync(join(root, path))) return `${path} is not linked`;
    if (!link && !isOtherPlatform && installed[path]?.version !== version) return `${path} is not ${version}`;
  }
  if (!existsSync(join(bin, 'node'))) return 'node_modules/.bin/node is missing';
  return undefined;
}

function readLock(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined;
}

/** Runs npm itself, not its shim, so that an outer npm's settings and a PATH without npm both work. */
async function npm(...args) {
  const [command, prefix] = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, [process.env.npm_execpath]] : ['npm', []];
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await run(command, [...prefix, ...args, ...quiet], process.env);
}

/** Install scripts stay off: Node, swc and TypeScript come as platform packages, which need none. */
async function install(reason) {
  const total = Object.keys(readLock(join(root, 'package-lock.json')) ?? {}).filter((path) => path.startsWith('node_modules/')).length;
  const started = Date.now();
  const report = (state) => console.error(`install: ${state}, ${Math.round((Date.now() - started) / 1000)} s`);
  console.error(`install: ${reason}; up to ${total} packages`);
  const timer = setInterval(() => report(`${countInstalled()} packages in place`), PROGRESS_MS);
  try {
    // `ci` empties node_modules first, which only a fresh clone can bear while other commands run.
    if (existsSync(join(modules, '.package-lock.json'))) await npm('install', '--no-save');
    else await npm('ci');
    if (!existsSync(join(bin, 'node'))) await npm('rebuild', nodePackage);
  } finally {
    clearInterval(timer);
  }
  const fault = outdated();
  if (fault !== undefined) throw new Error(`The installation did not succeed: ${fault}. Try again after: rm -rf node_modules`);
  report('done');
}

/** npm makes all folders first and fills them one by one, so a folder counts once its package.json is there. */
function countInstalled() {
  if (!existsSync(modules)) return 0;
  const names = readdirSync(modules).flatMap((name) => (name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => join(name, inner)) : [name]));
  return names.filter((name) => existsSync(join(modules, name, 'package.json'))).length;
}

async function build() {
  const started = Date.now();
  await run(join(bin, 'node'), [join(bin, 'tsc'), '-b'], environment);
  const seconds = (Date.now() - started) / 1000;
  if (seconds > PROGRESS_MS / 1000) console.error(`build: done, ${Math.round(seconds)} s`);
}

async function run(command, args, env) {
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 2, 2] });
  const [code, signal] = await once(child, 'exit');
  if (code !== 0) {
    process.exitCode = code ?? 1;
    throw new Error(`${command} ${args.slice(0, 2).join(' ')} ended with ${code ?? signal}`);
  }
}

/** One installation or build at a time in this clone; the lock of a process that is gone does not count. */
async function alone(work) {
  mkdirSync(dirname(lockFolder), { recursive: true });
  for (let told = false; !takeLock(); told = true) {
    if (!told) console.error('bootstrap: waiting for another installation or build of this clone');
    await pause(LOCK_POLL_MS);
  }
  try {
    await work();
  } finally {
    rmSync(lockFolder, { recursive: true, force: true });
  }
}

function takeLock() {
  try {
    mkdirSync(lockFolder);
    writeFileSync(join(lockFolder, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const pidPath = join(lockFolder, 'pid');
  if (existsSync(pidPath) && !isAlive(Number(readFileSync(pidPath, 'utf8')))) rmSync(lockFolder, { recursive: true, force: true });
  return false;
}

function isAlive(pid) {
  if (pid === 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Becomes the command where Node can (22.15 or later), so that signals, streams and exit code are the command's own. */
async function become([command, ...args]) {
  const file = join(bin, command);
  if (!existsSync(file)) throw new Error(`${command} is not in node_modules/.bin`);
  if (process.execve !== undefined) process.execve(file, [file, ...args], environment);
  const child = spawn(file, args, { env: environment, stdio: 'inherit' });
  // A terminal sends Ctrl-C to the command too, so only a signal aimed at this process alone is passed on.
  process.on('SIGINT', () => { if (!process.stdin.isTTY) child.kill('SIGINT'); });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // npm that is told to end does not pass it on: without it nobody would ever stop the command.
  const parent = process.ppid;
  setInterval(() => { if (process.ppid !== parent) child.kill('SIGTERM'); }, PARENT_POLL_MS).unref();
  const [code, signal] = await once(child, 'exit');
  if (signal !== null) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
  process.exitCode = code ?? 1;
}

async function main([first, ...rest]) {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) throw new Error(`Node ${process.versions.node} is too old: install Node ${OLDEST_NODE} or later`);
  const builds = first !== '--no-build';
  const command = builds && first !== undefined ? [first, ...rest] : rest;
  const reason = outdated();
  if (reason !== undefined || builds) {
    await alone(async () => {
      const stillOutdated = outdated();
      if (stillOutdated !== undefined) await install(stillOutdated);
      if (builds) await build();
    });
  }
  if (command.length > 0) await become(command);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode ||= 1;
});
