import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** A file that is made from the sources and committed, so that a change of it is seen in review. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** Paths of the files that are not what they would be if they were made now. */
export function staleFiles(files: readonly GeneratedFile[]): readonly string[] {
  return files.filter(({ path, text }) => !existsSync(path) || readFileSync(path, 'utf8') !== text).map(({ path }) => path);
}

export function writeFiles(files: readonly GeneratedFile[]): void {
  for (const { path, text } of files) writeFileSync(path, text);
}
