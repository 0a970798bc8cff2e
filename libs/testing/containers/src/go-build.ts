import { rm } from 'node:fs/promises';
import { join } from 'node:path';
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
