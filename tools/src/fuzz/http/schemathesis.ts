import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, openSync, closeSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, runTool } from '@cpm/testing-containers';
import { z } from 'zod';
import type { Known } from './known.js';

const inSources = (name: string) => fileURLToPath(new URL(`../../../src/fuzz/http/${name}`, import.meta.url));
const REQUIREMENTS = inSources('requirements.txt');
const HOOKS = inSources('hooks.py');
const INSTALL = 'On Debian: apt-get install python3-pip';

/** Where schemathesis and what it needs are, from PyPI once on each machine. @throws when Python with pip is missing */
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
  /** Names of schemathesis' phases with commas between them. */
  readonly phases: string;
  readonly known: Known;
  /** Where configuration, report and output go. */
  readonly folder: string;
}

export interface FuzzResult {
  readonly operations: number;
  readonly cases: number;
  readonly failures: number;
  /** No failure, and no operation that could not be tested. */
  readonly held: boolean;
  /** What schemathesis printed, with what to repeat each failure by. */
  readonly output: string;
}

/** What a request that is wrong in more than one way may be refused with. */
const REJECTIONS = ['400', '401', '403', '404', '405', '409', '410', '412', '413', '415', '416', '428', '431'];

/** The part of a report that is read: https://schemathesis.readthedocs.io/en/stable/reference/reports/ */
const report = z.object({
  operations: z.object({ tested: z.int(), errored: z.int() }),
  test_cases: z.object({ generated: z.int(), unique_failures: z.int() }),
});

/** Runs every operation of a service's document. @throws when schemathesis leaves no report */
export async function runSchemathesis(home: string, { service, url, examples, seed, phases, known, folder }: FuzzRun): Promise<FuzzResult> {
  const at = resolve(folder, service);
  const [output, reportPath, knownPath, configPath] = ['output.txt', 'report.json', 'known.json', 'schemathesis.toml'].map((name) => join(at, name)) as [string, string, string, string];
  rmSync(at, { recursive: true, force: true });
  mkdirSync(at, { recursive: true });
  writeFileSync(configPath, configuration(known));
  writeFileSync(knownPath, JSON.stringify({ ...known, seed }));
  const args = [
    '-m', 'schemathesis.cli', '--config-file', configPath, 'run', `${url}/openapi/${service}`, '--url', url,
    '--checks', 'all', '--phases', phases, '--max-examples', String(examples), '--seed', String(seed), '--continue-on-failure', '--generation-database', 'none',
    '--request-timeout', '60', '--suppress-health-check', 'all', '--no-color', '--report', 'json', '--report-json-path', reportPath,
  ];
  const file = openSync(output, 'w');
  const child = spawn('python3', args, { cwd: at, env: { ...process.env, PYTHONPATH: home, CPM_FUZZ_KNOWN: knownPath }, stdio: ['ignore', file, file] });
  const [code] = (await once(child, 'close')) as [number | null];
  closeSync(file);
  if (!existsSync(reportPath)) throw new Error(`schemathesis ended with ${code} and left no report: ${output}`);
  const { operations: { tested, errored }, test_cases: { generated, unique_failures } } = report.parse(JSON.parse(readFileSync(reportPath, 'utf8')));
  return { operations: tested, cases: generated, failures: unique_failures, held: code === 0 && errored === 0, output };
}

function configuration({ tokens }: Known): string {
  const auth = Object.entries(tokens).map(([scope, token]) => `[auth.openapi.${scope}]\nbearer = ${JSON.stringify(token)}`);
  const rejection = `[checks.negative_data_rejection]\nexpected-statuses = ${JSON.stringify(REJECTIONS)}`;
  return [`hooks = ${JSON.stringify(HOOKS)}`, rejection, ...auth].join('\n');
}
