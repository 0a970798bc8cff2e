import type { GeneratedFile } from '../generated-files.js';
import { namedTest, STRIDE, type ThreatModel } from './threat-model.js';

/** The threat model as a page. */
export function threatsPage({ boundaries, notDefended }: ThreatModel): GeneratedFile {
  const count = boundaries.reduce((sum, { threats }) => sum + threats.length, 0);
  return {
    path: 'docs/threat-model.md',
    text: [
      '# Threat model',
      '',
      'Made by `npm run docs` from [threats.yaml](threats.yaml); `npm run check` fails when a test that it names is not there.',
      `${count} threats at ${boundaries.length} boundaries, by STRIDE: ${Object.entries(STRIDE).map(([letter, word]) => `**${letter}** ${word}`).join(', ')}.`,
      '',
      ...boundaries.flatMap(({ boundary, about, threats }) => [
        `## ${boundary}`, '', about, '',
        row('', 'threat', 'what is done', 'tests'), row('---', '---', '---', '---'),
        ...threats.map(({ is, threat, mitigation, tests }) => row(is, threat, mitigation, tests.map(linkOf).join('<br>'))),
        '',
      ]),
      '## What is not defended',
      '',
      ...notDefended.map((text) => `- ${text}`),
      '',
    ].join('\n'),
  };
}

function linkOf(test: string): string {
  const { path, title } = namedTest(test);
  const shown = title.replace(/[<>*_`[\]]/g, (sign) => `\\${sign}`);
  return `${shown} ([${path.slice(path.lastIndexOf('/') + 1)}](../${path}))`;
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
