import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { environmentOf } from './broken-build.js';
import { DEFECTS, defectOf, withDefect } from './defects.js';

const compiled = (module: string) => readFileSync(fileURLToPath(new URL(`../../../..${module}`, import.meta.url)), 'utf8');

it.each(Object.entries(DEFECTS))('%s changes the module as it is compiled now, in one place', (_, defect) => {
  const source = compiled(defect.module);
  const broken = withDefect(source, defect);
  expect(broken).not.toBe(source);
  expect(broken.replace(defect.instead, () => defect.text)).toHaveLength(source.length);
});

it('is refused for a module that has changed', () => {
  const defect = defectOf('no-outbox-flush');
  expect(() => withDefect('', defect)).toThrow('does not stand there once');
  expect(() => withDefect(`${defect.text}\n${defect.text}`, defect)).toThrow('does not stand there once');
});

it('reaches the services by their environment only, and a whole build needs none', () => {
  expect(environmentOf(undefined)).toEqual({});
  expect(environmentOf('no-version-check')).toMatchObject({ CPM_CHAOS_DEFECT: 'no-version-check', NODE_OPTIONS: expect.stringMatching(/--import=file:.*\/broken\/preload\.js$/) });
  expect(() => environmentOf('no-luck')).toThrow('--broken: must be one of no-outbox-flush, no-version-check');
});
