import { z } from 'zod';
import type { Docker } from './docker.js';

const inspection = z.tuple([z.looseObject({
  Name: z.string(),
  Config: z.looseObject({ User: z.string(), Image: z.string() }),
  HostConfig: z.looseObject({ ReadonlyRootfs: z.boolean(), CapDrop: z.array(z.string()).nullable(), SecurityOpt: z.array(z.string()).nullable(), Privileged: z.boolean() }),
  State: z.looseObject({ Status: z.string(), Health: z.looseObject({ Status: z.string() }).optional() }),
})]);
export type Inspection = z.output<typeof inspection>[0];

/** What its first process says of itself, and whether a file can be made beside /tmp. */
const LOOK = [
  "const { readFileSync, writeFileSync } = require('node:fs');",
  "const writes = (path) => { try { writeFileSync(path, ''); return true; } catch (error) { return error.code; } };",
  "console.log(JSON.stringify({ status: readFileSync('/proc/1/status', 'utf8'), root: writes('/app/x'), tmp: writes('/tmp/x') }));",
].join(' ');
const sight = z.object({ status: z.string(), root: z.union([z.string(), z.boolean()]), tmp: z.union([z.string(), z.boolean()]) });

export async function inspect(docker: Docker, id: string): Promise<Inspection> {
  return inspection.parse(JSON.parse(await docker.docker(['inspect', id])))[0];
}

/** What is wrong with how a container of the product runs; nothing when all is as it should be. */
export async function faultsOf(docker: Docker, id: string): Promise<readonly string[]> {
  const { Config, HostConfig, State } = await inspect(docker, id);
  const { status, root, tmp } = sight.parse(JSON.parse(await docker.docker(['exec', id, '/usr/local/bin/node', '-e', LOOK])));
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]?.split(/\s+/) ?? [];
  const expected: readonly (readonly [what: string, holds: boolean])[] = [
    [`Config.User is ${Config.User}`, Config.User === '65532:65532'],
    ['ReadonlyRootfs is false', HostConfig.ReadonlyRootfs],
    ['is privileged', !HostConfig.Privileged],
    [`CapDrop is ${String(HostConfig.CapDrop)}`, HostConfig.CapDrop?.includes('ALL') === true],
    [`SecurityOpt is ${String(HostConfig.SecurityOpt)}`, HostConfig.SecurityOpt?.some((option) => option.startsWith('no-new-privileges')) === true],
    [`health is ${State.Health?.Status}`, State.Health?.Status === 'healthy'],
    [`process 1 has uids ${field('Uid').join(' ')}`, field('Uid').every((uid) => uid === '65532')],
    [`process 1 has gids ${field('Gid').join(' ')}`, field('Gid').every((gid) => gid === '65532')],
    ...['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((set) => [`process 1 has ${set} ${field(set).join('')}`, /^0+$/.test(field(set).join(''))] as const),
    [`process 1 has NoNewPrivs ${field('NoNewPrivs').join('')}`, field('NoNewPrivs').join('') === '1'],
    [`writing to /app: ${root}`, root === 'EROFS'],
    [`writing to /tmp: ${tmp}`, tmp === true],
  ];
  return expected.flatMap(([what, holds]) => (holds ? [] : [what]));
}
