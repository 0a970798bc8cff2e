// Runs jest with the arguments given and ends with the line `N passed, N failed`, counted from jest's own result file.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { prepareLocalCluster, prepareLocalStack } from '../libs/testing/containers/dist/index.js';
import { prepareSmscPeers } from '../libs/testing/smsc-peers/dist/index.js';

// Specs that need no broker still run on a machine that cannot have one; those that do report the same cause.
for (const prepare of [prepareLocalStack, prepareLocalCluster, prepareSmscPeers]) await prepare((line) => console.error(line)).catch((error) => console.error(error.message));

// Stays, so that `npm run docs` can show the last results.
const outputFile = '.cpm/test-results.json';
mkdirSync('.cpm', { recursive: true });
rmSync(outputFile, { force: true });
const options = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', process.env.NODE_OPTIONS ?? ''];
const child = spawn(process.execPath, ['node_modules/jest/bin/jest.js', '--json', `--outputFile=${outputFile}`, ...process.argv.slice(2)], {
  env: { ...process.env, NODE_OPTIONS: options.join(' ').trim() },
  // Jest prints its report on standard error and nothing worth reading on standard output once the result goes to a file.
  stdio: ['inherit', 2, 'inherit'],
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
const [code, signal] = await once(child, 'exit');

const result = existsSync(outputFile) ? JSON.parse(readFileSync(outputFile, 'utf8')) : undefined;
if (result === undefined) {
  console.error(`jest ended with ${code ?? signal} and left no result`);
  process.exitCode = code || 1;
} else {
  // A file that could not be run at all counts as one failure: its tests are unknown.
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  const skipped = result.numPendingTests + result.numTodoTests;
  console.log(`${result.numPassedTests} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`);
  process.exitCode = code || (failed > 0 ? 1 : 0);
}
