import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { incompatibilities, type AsyncApiDocument } from '@cpm/asyncapi';
import { parse } from 'yaml';
import { CHECKOUT } from '../start/services.js';

const DOCS = join(CHECKOUT, 'docs');
const { version } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8')) as { version: string };
const documentIn = (...path: string[]) => parse(readFileSync(join(DOCS, ...path), 'utf8')) as AsyncApiDocument;

describe('the events of the last release', () => {
  it('are kept, of it alone', () => expect(readdirSync(join(DOCS, 'released'))).toEqual([`${version}.asyncapi.yaml`]));

  it('and those of these sources can be under way together', () => {
    expect(incompatibilities(documentIn('released', `${version}.asyncapi.yaml`), documentIn('events.asyncapi.yaml'))).toEqual([]);
  });
});
