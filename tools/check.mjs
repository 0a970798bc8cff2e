// Everything that can be said about the sources without a broker: one line per check, its output when it failed, and a total.
// node tools/check.mjs [name...] runs those named only.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];

/** What the check proves, in order: later ones use what the build made. */
const CHECKS = {
  references: ['tools/workspace/references.mjs', '--check'],
  lockfile: ['tools/workspace/lockfile.mjs', '--check'],
  types: ['tools/bootstrap.mjs'],
  lint: ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0'],
  boundaries: ['tools/workspace/boundaries-sample.mjs'],
  'dead code': ['node_modules/knip/bin/knip.js', '--no-progress', '--no-config-hints'],
  docs: ['tools/dist/docs/main.js', '--check'],
  trace: ['tools/dist/trace/main.js'],
  'supply chain': ['tools/dist/supply-chain/main.js'],
  tidy: [...jest, 'tools/src/tidy'],
};

async function run(args) {
  const child = spawn(process.execPath, args, { env: { ...process.env, NX_DAEMON: 'false' }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  const [code] = await once(child, 'close');
  return { passed: code === 0, output: Buffer.concat(output).toString() };
}

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in CHECKS));
if (unknown.length > 0) {
  console.error(`no check is called ${unknown.join(', ')}; there are: ${Object.keys(CHECKS).join(', ')}`);
  process.exit(1);
}

const started = Date.now();
const names = Object.keys(CHECKS).filter((name) => wanted.length === 0 || wanted.includes(name));
const failed = [];
for (const name of names) {
  const since = Date.now();
  const { passed, output } = await run(CHECKS[name]);
  console.log(`${name.padEnd(12)} ${passed ? 'ok    ' : 'FAILED'} ${seconds(since).padStart(8)}`);
  if (passed) continue;
  failed.push(name);
  console.log(output.trimEnd().replace(/^/gm, '    '));
}
console.log(`${names.length - failed.length} ok, ${failed.length} FAILED${failed.length > 0 ? ` (${failed.join(', ')})` : ''}, ${seconds(started)}`);
process.exitCode = failed.length > 0 ? 1 : 0;
