import { cp, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cached, versionOf } from './cache.js';
import { runTool } from './tool.js';

const NEEDS_GO = 'It is looked for in PATH and in /usr/local/go/bin. On Debian: apt-get install golang-go (1.26 or later)';

export interface GoBuild {
  /** Where programs that are installed go to. */
  readonly folder: string;
  readonly args: readonly string[];
  /** Of the module. */
  readonly cwd?: string;
  readonly onLine?: (line: string) => void;
}

/** Runs go with modules of its own, whose content Go's checksum database vouches for, and leaves none of them; what two builds have in common is compiled once. @throws when Go is missing, or with what it says when it fails */
export async function goBuild({ folder, args, cwd, onLine }: GoBuild): Promise<void> {
  const modules = join(folder, 'modules');
  const env = { GOBIN: folder, GOPATH: modules, GOFLAGS: '-modcacherw -trimpath', CGO_ENABLED: '0', PATH: `${process.env['PATH'] ?? ''}:/usr/local/go/bin` };
  await runTool({ command: 'go', args, env, ifMissing: NEEDS_GO, ...(cwd !== undefined && { cwd }), ...(onLine && { onLine }) });
  await rm(modules, { recursive: true });
}

export interface GoModule {
  /** Folder of go.mod, go.sum and what else belongs to it. */
  readonly sources: string;
  /** What is built of it; the module's own program unless given. */
  readonly packages?: readonly string[];
  readonly ldflags?: string;
  /** Told each package as it is compiled. */
  readonly onLine?: (line: string) => void;
}

/** Folder of the programs of a module that is kept in the sources: from the cache, or built once for each state of its files. @throws when Go is missing, or with what it says when it fails */
export async function goModule({ sources, packages = ['.'], ldflags = '', onLine }: GoModule): Promise<string> {
  const files = (await readdir(sources)).sort().map((file) => join(sources, file));
  return cached(`${basename(sources)}-${await versionOf(files)}`, async (partial) => {
    // In the checkout, Go would write the state of that into the program.
    const copy = join(partial, 'sources');
    await cp(sources, copy, { recursive: true });
    await goBuild({ folder: partial, args: ['build', '-v', '-ldflags', ldflags, '-o', `${partial}/`, ...packages], cwd: copy, ...(onLine && { onLine }) });
    await rm(copy, { recursive: true });
  });
}
