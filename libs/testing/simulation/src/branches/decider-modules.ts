import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse, type Program } from 'acorn';

/** A module as it runs. */
export interface DeciderModule {
  readonly path: string;
  readonly code: string;
  readonly ast: Program;
}

/** The module that holds a service's table, and all modules of its package that it imports, however far. */
export async function deciderModules(entry: string): Promise<readonly DeciderModule[]> {
  const found = new Map<string, DeciderModule>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue;
    const code = await readFile(path, 'utf8');
    const ast = parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
    found.set(path, { path, code, ast });
    waiting.push(...importsOf(ast).map((relative) => join(dirname(path), relative)));
  }
  return [...found.values()];
}

function importsOf({ body }: Program): readonly string[] {
  return body.flatMap((node) => {
    if (node.type !== 'ImportDeclaration' && node.type !== 'ExportNamedDeclaration' && node.type !== 'ExportAllDeclaration') return [];
    const source = node.source?.value;
    return typeof source === 'string' && source.startsWith('.') ? [source] : [];
  });
}
