import { globSync, readFileSync } from 'node:fs';

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The TypeScript sources of every project, by path. */
export function sourceFiles(root = '.'): readonly SourceFile[] {
  return globSync('{apps,libs,tools}/**/src/**/*.ts', { cwd: root, exclude: (path) => path.endsWith('node_modules') || path.endsWith('dist') })
    .filter((path) => !path.endsWith('.d.ts'))
    .sort()
    .map((path) => ({ path, text: readFileSync(`${root}/${path}`, 'utf8') }));
}
