import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { z } from 'zod';

/** Outcome of the tests of one requirement in one spec file. */
export interface GroupResult {
  readonly passed: number;
  readonly failed: number;
}

const jestResults = z.object({
  testResults: z.array(z.object({
    name: z.string(),
    assertionResults: z.array(z.object({ ancestorTitles: z.array(z.string()), status: z.string() })),
  })),
});

/** Results by `<label> <spec path>`, from the file that `jest --json --outputFile` writes. @throws when it is no such file */
export function readResults(path: string, root: string): ReadonlyMap<string, GroupResult> {
  const results = new Map<string, GroupResult>();
  for (const { name, assertionResults } of jestResults.parse(JSON.parse(readFileSync(path, 'utf8'))).testResults) {
    for (const { ancestorTitles, status } of assertionResults) {
      const id = ancestorTitles.find((title) => title.startsWith('CPM-MLD-'));
      if (id === undefined || !(status === 'passed' || status === 'failed')) continue;
      const key = resultKey(id, relative(root, name));
      const { passed, failed } = results.get(key) ?? { passed: 0, failed: 0 };
      results.set(key, status === 'passed' ? { passed: passed + 1, failed } : { passed, failed: failed + 1 });
    }
  }
  return results;
}

export function resultKey(id: string, specPath: string): string {
  return `${id} ${specPath}`;
}
