import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, runTool } from '@cpm/testing-containers';
import { z } from 'zod';
import type { Known } from './known.js';

const SOURCE = new URL('../../../src/fuzz/http/', import.meta.url);
const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', SOURCE));
const HOOKS = fileURLToPath(new URL('hooks.py', SOURCE));
const INSTALL = 'On Debian: apt-get install python3-pip';

/** Where schemathesis and what it needs are, from PyPI once on each machine. @throws when Python 3.10 with pip is missing */
export async function schemathesis(): Promise<string> {
  const version = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
  return cached(`schemathesis-${version}`, async (folder) => {
    await runTool({ command: 'python3', args: ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', folder, '--requirement', REQUIREMENTS], ifMissing: INSTALL });
  });
}

export interface FuzzRun {
  readonly service: string;
  /** Base URL of the entry. */
  readonly url: string;
  readonly examples: number;
  readonly seed: number;
  readonly known: Known;
  /** Where configuration, report and output go. */
  readonly folder: string;
}

const report = z.object({
  summary: z.looseObject({}),
});
export type FuzzReport = z.infer<typeof report>;

/** Runs every operation of a service's document; resolves with the exit code and what the report says. */
export async function runSchemathesis(home: string, { service, url, examples, seed, known, folder }: FuzzRun): Promise<{ code: number; report: unknown; output: string }> {
  const at = resolve(folder, service);
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, 'schemathesis.toml'), configuration(known));
  writeFileSync(join(at, 'known.json'), JSON.stringify({ ...known, seed }));
  const output = join(at, 'output.txt');
  const args = [
    '-m', 'schemathesis.cli', '--config-file', 'schemathesis.toml', 'run', `${url}/openapi/${service}`, '--url', url, '--max-examples', String(examples), '--seed', String(seed),
    '--checks', 'all', '--continue-on-failure', '--no-color', '--report', 'json', '--report-json-path', 'report.json', '--generation-database', 'none', '--request-timeout', '30',
  ];
  const child = spawn('python3', args, { cwd: at, env: { ...process.env, PYTHONPATH: home, SCHEMATHESIS_HOOKS: HOOKS, CPM_FUZZ_KNOWN: join(at, 'known.json') }, stdio: ['ignore', 'pipe', 'pipe'] });
  const file = createWriteStream(output);
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  const [code] = (await once(child, 'close')) as [number | null];
  file.end();
  return { code: code ?? 1, report: JSON.parse(readFileSync(join(at, 'report.json'), 'utf8')) as unknown, output };
}

function configuration({ tokens }: Known): string {
  return [
    `hooks = ${JSON.stringify(HOOKS)}`,
    ...Object.entries(tokens).map(([scope, token]) => `[auth.openapi.${scope}]\nbearer = ${JSON.stringify(token)}`),
  ].join('\n');
}
