import type { SourceFile } from '../trace/source-files.js';

const REFUSED_FILE_WORDS = new Set(['util', 'utils', 'common', 'shared', 'core', 'helper', 'helpers', 'misc', 'base', 'manager', 'impl']);
const REFUSED_NAME = /^(Base[A-Z]|I[A-Z][a-z])|(Manager|Helpers?|Utils?|Impl)$/;
const EXPORTED_NAME = /^export (?:declare )?(?:abstract )?(?:async )?(?:class|interface|type|function|const) (\w+)/gm;
// Spelled in two halves, so that this line is not a finding.
const UNFINISHED = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`);

/** Files and exported names that say nothing of what they are: a word of the field says more. */
export function emptyNames({ path, text }: SourceFile): readonly string[] {
  const words = path.replace(/\.\w+$/, '').split(/[/.]/).filter((word) => REFUSED_FILE_WORDS.has(word));
  const names = [...text.matchAll(EXPORTED_NAME)].flatMap(([, name]) => (name !== undefined && REFUSED_NAME.test(name) ? [name] : []));
  return [...words, ...names].map((name) => `${path}: "${name}" does not say what it is`);
}

/** Lines that promise to be finished later: an issue is the place for that. */
export function unfinishedLines({ path, text }: SourceFile): readonly string[] {
  return text.split('\n').flatMap((line, index) => (UNFINISHED.test(line) ? [`${path}:${index + 1}: unfinished`] : []));
}

/** Pages that do not have exactly one title. */
export function titleFaults({ path, text }: SourceFile): readonly string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '');
  const titles = prose.match(/^# .+/gm) ?? [];
  return titles.length === 1 ? [] : [`${path}: ${titles.length} titles`];
}
