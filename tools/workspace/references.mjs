// Writes each project's tsconfig.json from its package.json: references follow dependencies, so the two cannot disagree.
// `--check` writes nothing and exits 1 when a file would change.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';

const check = process.argv.includes('--check');
const root = JSON.parse(readFileSync('package.json', 'utf8'));
const manifests = root.workspaces.flatMap((pattern) => globSync(`${pattern}/package.json`)).sort();
const projects = manifests.map((path) => ({ dir: dirname(path), manifest: JSON.parse(readFileSync(path, 'utf8')) }));
const dirOf = new Map(projects.map(({ dir, manifest }) => [manifest.name, dir]));
/** What only a browser has, for projects tagged `platform:browser`. */
const BROWSER_LIBS = ['es2024', 'dom', 'dom.iterable'];
let stale = 0;

function put(path, content) {
  const text = `${JSON.stringify(content, null, 2)}\n`;
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  stale += 1;
  if (check) console.error(`stale: ${path} (run: npm run references)`);
  else writeFileSync(path, text);
}

for (const { dir, manifest } of projects) {
  const needs = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).filter((name) => dirOf.has(name));
  const lib = manifest.nx?.tags?.includes('platform:browser') ? { lib: BROWSER_LIBS } : {};
  put(`${dir}/tsconfig.json`, {
    extends: `${relative(dir, '.')}/tsconfig.base.json`,
    compilerOptions: { ...lib, rootDir: 'src', outDir: 'dist', tsBuildInfoFile: 'dist/.tsbuildinfo' },
    include: ['src'],
    references: needs.map((name) => ({ path: relative(dir, dirOf.get(name)) })).sort((a, b) => (a.path < b.path ? -1 : 1)),
  });
}
put('tsconfig.json', { files: [], references: projects.map(({ dir }) => ({ path: `./${dir}` })) });
process.exit(check && stale > 0 ? 1 : 0);
