import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { CHECKOUT } from '../start/services.js';

interface Product {
  readonly TOOLS: readonly string[];
  workspaces(root: string): ReadonlyMap<string, string>;
}
interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}

const IMPORT = /(?:^|\n)(?:import|export)\s(?!type\b)(?:[^'";]*?\sfrom\s)?'([^']+)'|\bimport\('([^']+)'\)/g;
const SOURCES = join(CHECKOUT, 'tools', 'src');
const product = (await import(join(CHECKOUT, 'deploy', 'image', 'product.mjs'))) as Product;
const workspaces = product.workspaces(CHECKOUT);
const manifestOf = (folder: string) => JSON.parse(readFileSync(join(CHECKOUT, folder, 'package.json'), 'utf8')) as Manifest;
const installed = new Set([...workspaces.keys(), ...[...workspaces.values()].flatMap((folder) => Object.keys(manifestOf(folder).dependencies ?? {}))]);

/** Modules of tools, and packages, that a module comes to import. */
function reached(entry: string): { readonly modules: ReadonlySet<string>; readonly packages: ReadonlySet<string> } {
  const modules = new Set<string>();
  const packages = new Set<string>();
  const visit = (path: string): void => {
    if (modules.has(path)) return;
    modules.add(path);
    for (const [, named, late] of readFileSync(path, 'utf8').matchAll(IMPORT)) {
      const target = named ?? late ?? '';
      if (target.startsWith('.')) visit(join(dirname(path), target.replace(/\.js$/, '.ts')));
      else if (!target.startsWith('node:')) packages.add(target.split('/').slice(0, target.startsWith('@') ? 2 : 1).join('/'));
    }
  };
  visit(entry);
  return { modules, packages };
}

/** Programs that stand in `deploy/image/process.mjs`. */
const PROGRAMS = [...readFileSync(join(CHECKOUT, 'deploy', 'image', 'process.mjs'), 'utf8').matchAll(/: '([\w/-]+)\.js'/g)].map(([, path = '']) => join(SOURCES, `${path}.ts`));

describe('the programs of the image beside the services', () => {
  it('are all found', () => {
    expect(PROGRAMS).toHaveLength(6);
    expect(PROGRAMS.filter((path) => !existsSync(path))).toEqual([]);
  });

  it.each(PROGRAMS.map((path) => [relative(SOURCES, path), path] as const))('%s needs only what the services install', (_, path) => {
    expect([...reached(path).packages].filter((name) => !installed.has(name))).toEqual([]);
  });

  it.each(PROGRAMS.map((path) => [relative(SOURCES, path), path] as const))('%s needs only modules that are copied', (_, path) => {
    const copied = [...product.TOOLS, 'start', 'contracts.ts'];
    expect([...reached(path).modules].map((module) => relative(SOURCES, module)).filter((module) => !copied.some((one) => module === one || module.startsWith(`${one}/`)))).toEqual([]);
  });
});
