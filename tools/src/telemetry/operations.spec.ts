import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CATALOGUE } from '@cpm/metrics';
import type { Command } from 'commander';
import { commandLine } from '../cli/commands.js';

const pages = globSync('docs/operations/**/*.md').map((path) => ({ path, text: readFileSync(path, 'utf8') }));
const scripts = Object.keys((JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object }).scripts);
const families = Object.entries(CATALOGUE).flatMap(([name, { type }]) => (type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]));

function commandAt(words: readonly string[]): Command | undefined {
  return words.reduce<Command | undefined>((command, word) => command?.commands.find((one) => one.name() === word), commandLine(() => undefined));
}

describe('the pages for operators', () => {
  it('name commands of npm that there are', () => {
    expect(pages.flatMap(({ text }) => [...text.matchAll(/npm run (?:--silent )?([a-z-]+)/g)].map(([, script]) => script)).filter((script) => !scripts.includes(script as string))).toEqual([]);
  });

  it('name commands and options of cpm that there are', () => {
    const named = pages.flatMap(({ path, text }) => [...text.matchAll(/npm run (?:--silent )?cpm -- ([^\n`#]+)/g)].map(([, line]) => ({ path, line: line as string })));
    expect(named.length).toBeGreaterThan(8);
    for (const { path, line } of named) {
      const words = line.trim().split(/\s+/);
      const depth = commandAt(words.slice(0, 2)) ? 2 : 1;
      const command = commandAt(words.slice(0, depth));
      expect({ path, line, isThere: command !== undefined && (command.commands.length === 0) }).toEqual({ path, line, isThere: true });
      for (const option of words.filter((word) => word.startsWith('--'))) expect({ path, line, options: command?.options.map(({ long }) => long) }).toEqual({ path, line, options: expect.arrayContaining([option]) });
    }
  });

  it('name metrics that there are', () => {
    expect(pages.flatMap(({ path, text }) => [...text.matchAll(/\b(?:cpm|process|nodejs)_[a-z0-9_]+/g)].map(([name]) => ({ path, name }))).filter(({ name }) => !families.includes(name))).toEqual([]);
  });

  it('lead to files that there are', () => {
    const links = pages.flatMap(({ path, text }) => [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target]) => ({ path, target: target as string })));
    expect(links.filter(({ path, target }) => !existsSync(join(dirname(path), target)))).toEqual([]);
  });

  it('are all reached from the first one', () => {
    const first = readFileSync('docs/operations/README.md', 'utf8');
    expect(globSync('docs/operations/*.md').filter((path) => !path.endsWith('README.md') && !first.includes(`(${path.slice(path.lastIndexOf('/') + 1)})`))).toEqual([]);
  });
});
