// Brings package-lock.json in step with every package.json, then adds the optional platform packages that the registry in use did
// not have: `npm ci` refuses a lock without them. `--check` writes nothing, asks no registry, and exits 1 when something is amiss.
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

const PATH = 'package-lock.json';
const DEPENDENCY_KINDS = ['dependencies', 'devDependencies', 'optionalDependencies'];
const CPUS = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64'];
const SYSTEMS = ['darwin', 'win32', 'freebsd', 'android', 'openharmony', 'linux'];
const LIBCS = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' };

/** `@scope/name-linux-arm64-musl` -> `{os, cpu, libc}`; undefined for a package that is not named after a platform. */
function platformOf(name) {
  const words = name.split(/[-/]/);
  const os = SYSTEMS.find((word) => words.includes(word));
  const cpu = CPUS.find((word) => words.includes(word));
  if (os === undefined || cpu === undefined) return undefined;
  const libc = Object.entries(LIBCS).find(([word]) => os === 'linux' && words.includes(word))?.[1];
  return { os: [os], cpu: [cpu], ...(libc === undefined ? {} : { libc: [libc] }) };
}

/** npm looks a dependency up in the node_modules of its dependent, then of each folder above it. */
function isLocked(packages, dependent, name) {
  const folders = dependent.split('/node_modules/').map((_, index, parts) => parts.slice(0, index + 1).join('/node_modules/'));
  return [...folders.map((folder) => `${folder}/node_modules/${name}`), `node_modules/${name}`].some((path) => path in packages);
}

/** Workspace folders whose package.json says something else than the lock file. */
function outOfStep(packages) {
  const root = JSON.parse(readFileSync('package.json', 'utf8'));
  const folders = ['', ...root.workspaces.flatMap((pattern) => globSync(`${pattern}/package.json`)).map((path) => dirname(path))];
  return folders.filter((folder) => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return DEPENDENCY_KINDS.some((kind) => !isDeepStrictEqual(manifest[kind] ?? {}, packages[folder]?.[kind] ?? {}));
  });
}

function missingPlatforms(packages) {
  return Object.entries(packages).flatMap(([from, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name, version]) => /^\d/.test(version) && platformOf(name) !== undefined && !isLocked(packages, from, name))
      .map(([name, version]) => ({ name, version, isDev: entry.dev === true })));
}

const readPackages = () => JSON.parse(readFileSync(PATH, 'utf8')).packages;

if (process.argv.includes('--check')) {
  const faults = [
    ...outOfStep(readPackages()).map((folder) => `${PATH} does not fit ${join(folder, 'package.json')}`),
    ...missingPlatforms(readPackages()).map(({ name, version }) => `${PATH} lacks ${name}@${version}`),
  ];
  for (const fault of faults) console.error(`${fault} (run: npm run lockfile)`);
  process.exit(faults.length > 0 ? 1 : 0);
}

execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: 'inherit' });
const lock = JSON.parse(readFileSync(PATH, 'utf8'));
for (const { name, version, isDev } of missingPlatforms(lock.packages)) {
  const { os, cpu, libc } = platformOf(name);
  lock.packages[`node_modules/${name}`] = { version, cpu, ...(isDev ? { dev: true } : {}), ...(libc ? { libc } : {}), optional: true, os };
  console.log(`${PATH}: added ${name}@${version}`);
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
writeFileSync(PATH, `${JSON.stringify(lock, null, 2)}\n`);
