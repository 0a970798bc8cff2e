import type { GeneratedFile } from '../generated-files.js';
import type { Mention } from './mentions.js';
import type { Traced } from './trace.js';

export const PAGE_PATH = 'docs/requirements.md';

/**
 * The requirements as a page. Where no test results are at hand, those that the page already has stay.
 * @param before the page as it is, empty when there is none
 */
export function requirementsPage(traced: readonly Traced[], before: string): GeneratedFile {
  const counts = (['implemented', 'partial', 'planned'] as const).map((status) => `${traced.filter((one) => one.status === status).length} ${status}`);
  const rows = traced.map((one) => row(one.id, one.asks, one.status, deciders(one), tests(one), lastResult(one, before)));
  const notes = traced.filter(({ note }) => note !== undefined).map(({ id, status, note }) => `- **${id}** (${status}): ${note}`);
  return {
    path: PAGE_PATH,
    text: [
      '# Requirements',
      '',
      'Made by `npm run docs` from [requirements.yaml](requirements.yaml), the docs of the deciding functions and the `requirement()` groups of the specs.',
      `The sentences are this project's; the specification has the words that bind. ${counts.join(', ')}.`,
      '',
      row('label', 'asks', 'status', 'decided by', 'tests', 'last result'),
      row('---', '---', '---', '---', '---', '---'),
      ...rows,
      '',
      '## What a status covers',
      '',
      ...notes,
      '',
    ].join('\n'),
  };
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function deciders({ deciders }: Traced): string {
  return links(deciders.map((mention) => ({ ...mention, name: `\`${mention.name}\`` })));
}

function tests({ tests }: Traced): string {
  return links(tests.map((mention) => ({ ...mention, name: mention.path.slice(mention.path.lastIndexOf('/') + 1) })));
}

function links(mentions: readonly Pick<Mention, 'name' | 'path'>[]): string {
  const texts = mentions.map(({ name, path }) => `[${name}](../${path})`);
  return [...new Set(texts)].join(', ') || '-';
}

function lastResult({ id, tests, result }: Traced, before: string): string {
  if (tests.length === 0) return '-';
  if (result !== undefined) return result.failed > 0 ? `${result.failed} of ${result.passed + result.failed} failed` : `${result.passed} passed`;
  const line = before.split('\n').find((text) => text.startsWith(`| ${id} |`));
  return line === undefined ? 'not run' : (line.split(' | ').at(-1) ?? '').replace(/ \|$/, '');
}
