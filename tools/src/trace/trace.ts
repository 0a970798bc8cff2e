import type { Mention, Stray } from './mentions.js';
import { mentionsIn } from './mentions.js';
import type { Requirement } from './requirements.js';
import type { SourceFile } from './source-files.js';
import { resultKey, type GroupResult } from './test-results.js';

/** Where a requirement is decided and where that is proved. `result` absent: no run of its tests is known. */
export interface Traced extends Requirement {
  readonly deciders: readonly Mention[];
  readonly tests: readonly Mention[];
  readonly result?: GroupResult;
}

/** The table of labels in the kernel, and these rules themselves, speak of labels without deciding anything. */
const SPEAKS_OF_LABELS = ['libs/runtime/decider/src/requirement.ts', 'tools/src/trace/'];

/** Follows every requirement through the sources; `faults` are sentences for a person, none when all is well. */
export function trace(
  requirements: readonly Requirement[], sources: readonly SourceFile[], results?: ReadonlyMap<string, GroupResult>,
): { readonly traced: readonly Traced[]; readonly faults: readonly string[] } {
  const read = sources
    .filter(({ path }) => !SPEAKS_OF_LABELS.some((prefix) => path.startsWith(prefix)))
    .map(({ path, text }) => mentionsIn(path, text));
  const mentions = read.flatMap((file) => file.mentions);
  const traced = requirements.map((requirement) => traceOne(requirement, mentions, results));
  const known = new Set<string>(requirements.map(({ id }) => id));
  return {
    traced,
    faults: [
      ...mentions.filter(({ id }) => !known.has(id)).map(({ id, path }) => `${path}: ${id} is no label of the specification`),
      ...read.flatMap(({ strays }) => strays).map(faultOfStray),
      ...traced.flatMap(faultsOf),
    ],
  };
}

function traceOne(requirement: Requirement, mentions: readonly Mention[], results: ReadonlyMap<string, GroupResult> | undefined): Traced {
  const own = mentions.filter(({ id }) => id === requirement.id);
  const tests = own.filter(({ kind }) => kind === 'test');
  const known = [...new Set(tests.map(({ path }) => resultKey(requirement.id, path)))].flatMap((key) => results?.get(key) ?? []);
  const sum = known.reduce((all, { passed, failed }) => ({ passed: all.passed + passed, failed: all.failed + failed }), { passed: 0, failed: 0 });
  return { ...requirement, deciders: own.filter(({ kind }) => kind === 'decider'), tests, ...(known.length > 0 && { result: sum }) };
}

function faultOfStray({ id, path, line }: Stray): string {
  return `${path}:${line}: ${id} may only lead the doc of what decides it ("/** ${id}: …") or name a requirement() group`;
}

function faultsOf({ id, status, note, deciders, tests, result }: Traced): readonly string[] {
  const faults: string[] = [];
  if (status === 'planned') {
    if (deciders.length + tests.length > 0) faults.push(`${id} is planned, but the sources already name it: is it partial?`);
  } else {
    if (deciders.length === 0) faults.push(`${id} is ${status}, but nothing says that it decides it`);
    if (tests.length === 0) faults.push(`${id} is ${status}, but no test proves it`);
  }
  if (status !== 'implemented' && note === undefined) faults.push(`${id} is ${status} and needs a note why`);
  if (result !== undefined && result.failed > 0) faults.push(`${id} has ${result.failed} failing tests`);
  return faults;
}
