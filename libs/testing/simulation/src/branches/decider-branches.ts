import { readdir, readFile } from 'node:fs/promises';
import type { Profiler } from 'node:inspector';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SERVICES, type ServiceName } from '@cpm/runtime-decider';
import { convert } from 'ast-v8-to-istanbul';
import { deciderModules, type DeciderModule } from './decider-modules.js';
import { LEFT_OUT } from './left-out.js';

/** How many of a service's branches were taken, and where the others are: `routing/src/delivery/leg.ts:17 if`. */
export interface ServiceBranches {
  readonly service: ServiceName;
  readonly total: number;
  readonly covered: number;
  readonly uncovered: readonly string[];
}

type ConvertedFile = Awaited<ReturnType<typeof convert>>[string];
type FileBranches = Pick<ConvertedFile, 'path' | 'branchMap' | 'fnMap' | 'b'>;

const DOMAIN = fileURLToPath(new URL('../../../../domain', import.meta.url));

/** Of all services, from what V8 wrote into the directory (`NODE_V8_COVERAGE`) for every process that played seeds. */
export async function deciderBranches(directory: string): Promise<readonly ServiceBranches[]> {
  const scripts = await scriptsIn(directory);
  return Promise.all(SERVICES.map(async (service) => {
    const modules = await deciderModules(join(DOMAIN, service, 'dist', `${service}.service.js`));
    const files = await Promise.all(modules.map((module) => branchesOf(module, scripts.get(pathToFileURL(module.path).href) ?? [])));
    const branches = files.flatMap(listed);
    const uncovered = branches.filter(({ taken }) => taken === 0).map(({ where }) => where);
    return { service, total: branches.length, covered: branches.length - uncovered.length, uncovered };
  }));
}

/** By the address of the script. */
async function scriptsIn(directory: string): Promise<ReadonlyMap<string, readonly Profiler.ScriptCoverage[]>> {
  const scripts = new Map<string, Profiler.ScriptCoverage[]>();
  for (const name of await readdir(directory)) {
    const { result } = JSON.parse(await readFile(join(directory, name), 'utf8')) as { readonly result: readonly Profiler.ScriptCoverage[] };
    for (const script of result) {
      if (script.url.includes('/libs/domain/')) scripts.set(script.url, [...(scripts.get(script.url) ?? []), script]);
    }
  }
  return scripts;
}

/** The same module in several processes: its branches are the same, and each counts what it took. */
async function branchesOf({ path, code, ast }: DeciderModule, runs: readonly Profiler.ScriptCoverage[]): Promise<FileBranches> {
  const sourceMap = JSON.parse(await readFile(`${path}.map`, 'utf8')) as Parameters<typeof convert>[0]['sourceMap'] & object;
  let sum: FileBranches | undefined;
  for (const coverage of runs) {
    for (const file of Object.values(await convert({ ast, code, sourceMap, coverage }))) {
      const before = sum;
      sum = { path: file.path, branchMap: file.branchMap, fnMap: file.fnMap, b: before ? summed(before.b, file.b) : file.b };
    }
  }
  if (!sum) throw new Error(`no process has loaded ${path}`);
  return sum;
}

function summed(one: FileBranches['b'], other: FileBranches['b']): FileBranches['b'] {
  return Object.fromEntries(Object.entries(one).map(([id, counts]) => [id, counts.map((count, at) => count + (other[id]?.[at] ?? 0))]));
}

function listed({ path, branchMap, fnMap, b }: FileBranches): { readonly where: string; readonly taken: number }[] {
  const file = relative(DOMAIN, path);
  const ignored = new Set(LEFT_OUT.filter((one) => one.file === file).flatMap(({ functions }) => functions));
  const bodies = Object.values(fnMap).filter(({ name }) => ignored.has(name)).map(({ loc }) => loc);
  return Object.entries(branchMap).flatMap(([id, { type, loc, locations }]) => {
    if (bodies.some(({ start, end }) => start.line <= loc.start.line && loc.end.line <= end.line)) return [];
    return (b[id] ?? []).map((taken, at) => ({ taken, where: `${file}:${locations[at]?.start.line ?? loc.start.line}:${(locations[at]?.start.column ?? loc.start.column) + 1} ${type} ${at + 1}/${locations.length}` }));
  });
}
