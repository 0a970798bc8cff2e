import { readFileSync } from 'node:fs';
import { z } from 'zod';

const words = z.union([z.array(z.string()), z.string().transform((one) => [one])]);
const entry = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  link: z.boolean().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  os: words.optional(),
  cpu: words.optional(),
  libc: words.optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});

/** A package that the lock file names. `path` is where it is installed: `node_modules/a/node_modules/b`. */
export interface LockedPackage extends z.infer<typeof entry> {
  readonly path: string;
  readonly name: string;
}

const lockFile = z.object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), entry) });

/** The packages that are installed from elsewhere: links to the workspaces and these themselves are left out. @throws when it is no lock file of npm 7 or later */
export function lockedPackages(text = readFileSync('package-lock.json', 'utf8')): readonly LockedPackage[] {
  return Object.entries(lockFile.parse(JSON.parse(text)).packages)
    .filter(([path, { link }]) => /(^|\/)node_modules\//.test(path) && link !== true)
    .map(([path, found]) => ({ ...found, path, name: found.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length) }));
}
