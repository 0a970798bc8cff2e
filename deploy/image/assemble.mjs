// Puts together the root folder of the image: node deploy/image/assemble.mjs <compiled checkout> <target>
import { cpSync, existsSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { nodeBinary, TOOLS, workspaces } from './product.mjs';

const [built, target] = process.argv.slice(2);
const app = join(target, 'app');
/** What only tests and compilers read. */
const LEFT_OUT = /(\.(spec|fixture|contract)\.(js|d\.ts)(\.map)?|-under-test\.(js|d\.ts)(\.map)?|\.d\.[cm]?ts(\.map)?|\.tsbuildinfo|\.[cm]?ts|\.md|\.markdown)$/;
const TEST_FOLDERS = new Set(['test', 'tests', '__tests__', 'testing', 'peers', 'docs', 'examples', 'example', 'benchmark', 'benchmarks', '.github']);
const take = (source, to, leavesOut = () => false) => cpSync(source, to, { recursive: true, verbatimSymlinks: true, filter: (path) => !LEFT_OUT.test(path) && !leavesOut(path) });

mkdirSync(join(target, 'usr', 'local', 'bin'), { recursive: true });
cpSync(nodeBinary('.'), join(target, 'usr', 'local', 'bin', 'node'));
const takeModules = (folder) => take(join(folder, 'node_modules'), join(app, folder, 'node_modules'), (path) => basename(path).startsWith('node-linux-') || (TEST_FOLDERS.has(basename(path)) && dirname(path).includes('node_modules/')) || path.endsWith('.map'));
takeModules('.');
for (const folder of [...workspaces('.').values()]) {
  mkdirSync(join(app, folder), { recursive: true });
  cpSync(join(folder, 'package.json'), join(app, folder, 'package.json'));
  // The console's page is no code.
  if (existsSync(join(built, folder, 'page'))) cpSync(join(built, folder, 'page'), join(app, folder, 'page'), { recursive: true });
  // Another version than the others have.
  if (existsSync(join(folder, 'node_modules'))) takeModules(folder);
  take(join(built, folder, 'dist'), join(app, folder, 'dist'), (path) => TEST_FOLDERS.has(basename(path)));
}
cpSync('package.json', join(app, 'package.json'));
mkdirSync(join(app, 'tools'), { recursive: true });
cpSync(join('tools', 'package.json'), join(app, 'tools', 'package.json'));
cpSync(join('deploy', 'image'), join(app, 'deploy', 'image'), { recursive: true });
for (const path of ['install-product', 'assemble', 'product']) rmSync(join(app, 'deploy', 'image', `${path}.mjs`));
for (const tool of [...TOOLS, 'start', 'contracts.js', 'contracts.js.map']) take(join(built, 'tools', 'dist', tool), join(app, 'tools', 'dist', tool));
// Links to workspaces that are not there would only mislead.
for (const link of globSync('node_modules/@cpm/*', { cwd: app })) {
  const name = `@cpm/${basename(link)}`;
  if (!workspaces('.').has(name)) rmSync(join(app, link));
}
