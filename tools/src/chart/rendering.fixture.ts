import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { CHART } from './chart-files.js';
import { helm, KUBERNETES, kubernetesValidate, podSecurity } from './chart-tools.js';

/** One object of a rendering, as deep as assertions look. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what is in it is the business of each kind
export type Manifest = Readonly<{ kind: string; apiVersion: string; metadata: { name: string; labels: Record<string, string>; annotations?: Record<string, string> }; spec: any; data?: Record<string, string> }>;

interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a command to its end, with what it said on both streams. */
export async function outcomeOf(command: string, args: readonly string[], { input = '', env = {} } = {}): Promise<Outcome> {
  const child = spawn(command, args, { env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { output += String(chunk); });
  child.stdin.on('error', () => undefined).end(input);
  const code = await new Promise<number | null>((done, failed) => child.on('close', done).on('error', failed));
  return { code, output };
}

const valuesFile = (name: string): string => resolve(CHART, 'ci', `${name}-values.yaml`);

/** `helm template` with one of the examples and further values. */
export async function render(example: string, further: object = {}): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'cpm-chart-'));
  const file = join(folder, 'values.yaml');
  writeFileSync(file, stringify(further));
  try {
    const args = ['template', 'cpm', CHART, '--namespace', 'cpm', '--kube-version', KUBERNETES, '--values', valuesFile(example), '--values', file];
    return await outcomeOf(await helm(), args);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `helm lint --strict` with one of the examples. */
export async function lint(example: string): Promise<Outcome> {
  return outcomeOf(await helm(), ['lint', '--strict', CHART, '--kube-version', KUBERNETES, '--values', valuesFile(example)]);
}

export function manifestsOf(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest | null).filter((manifest) => manifest !== null);
}

/** Compares with the schemas of Kubernetes; kinds that others define are not known to it. What is there twice is looked at once. */
export async function validated(rendered: readonly string[]): Promise<{ readonly faults: readonly string[]; readonly unknown: readonly string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'cpm-chart-'));
  const file = join(folder, 'manifests.yaml');
  writeFileSync(file, [...new Set(rendered.flatMap((text) => text.split(/^---$/m)))].join('\n---\n'));
  try {
    const { code, output } = await outcomeOf('python3', ['-m', 'kubernetes_validate', '--kubernetes-version', KUBERNETES, '--strict', file], { env: { PYTHONPATH: await kubernetesValidate() } });
    const lines = output.split('\n').filter((line) => line !== '' && !line.includes(' passed '));
    const unknown = lines.flatMap((line) => /find schema for kind (\w+)/.exec(line)?.[1] ?? []);
    const faults = lines.filter((line) => !line.includes('find schema for kind'));
    if (code !== 0 && faults.length === 0) faults.push(`kubernetes_validate ended with ${code}`);
    return { faults, unknown: [...new Set(unknown)].sort() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What admission at the level `restricted` says of every pod. */
export async function admitted(text: string): Promise<Outcome> {
  return outcomeOf(await podSecurity(), [], { input: text });
}
