import { sourceFiles } from '../trace/source-files.js';
import { patternsOf, slow } from './slow-patterns.js';

const product = sourceFiles().filter(({ path }) => !/\.(spec|fixture)\.ts$|^libs\/testing\/|^tools\/|\/testing\//.test(path));
const patterns = product.flatMap(patternsOf);
const inFile = (text: string) => ({ path: 'libs/a/src/a.ts', text });

/** Looked at by a person: what is repeated inside begins with something that it cannot contain, so that a text can be read in one way only. */
const READ_ONE_WAY: readonly string[] = [
  '(-[A-Za-z0-9]{2,8})*$',
  '(?:\\.[a-z0-9][a-z0-9-]{0,62})*$',
  '(,[^\\s,:]+:\\d+)*$',
  '(?:\\s*;\\s*[\\w!#$&^.+-]{1,64}=',
  '=[^,]*(,\\s*[^=,\\s]+=[^,]*)*$',
  // Of one length.
  '[\\da-f]{8}(-[\\da-f]{4}){3}-[\\da-f]{12}',
  '127(\\.\\d{1,3}){3}',
  // What begins only where no character of its own stands before it.
  '(?<![\\da-f.])(?!(?<="spanId":")\\d{16}"|(?<="traceId":")\\d{32}")(?!1[5-9]\\d{11}(?!\\d))[1-9]\\d{10,}(?![\\da-f])',
  '(?<=urn(?::|%3[Aa])gsma(?::|%3[Aa])imei(?::|%3[Aa]))[\\d-]+',
  '(?<![\\w-])eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]*|(?<=\\b[Bb]earer[ .])[\\w.~+/=-]{8,}',
];
/** Made of text from outside only after each special character of it was escaped. */
const MADE: readonly string[] = ['libs/client/src/ucn/incoming-sms.ts', 'libs/domain/message-store-sync/src/nms/object-filter.ts'];

describe('regular expressions', () => {
  it('of the product end in time, or were shown to', () => {
    expect(slow(patterns).filter((fault) => !READ_ONE_WAY.some((known) => fault.includes(known)))).toEqual([]);
  });

  it('of the product are written down, or made of escaped text', () => {
    expect(patterns.filter(({ path, pattern }) => pattern === undefined && !MADE.includes(path)).map(({ path, line }) => `${path}:${line}`)).toEqual([]);
  });

  it('are all found', () => expect(patterns.length).toBeGreaterThan(100));

  it.each(['/(a+)+$/', '/^(\\w+\\s?)*$/', "new RegExp('(x+x+)+y')", '/(a*)*b/'])('are refused when they may take for ever: %s', (text) => {
    expect(slow(patternsOf(inFile(`const pattern = ${text};`)))).toHaveLength(1);
  });

  it.each(['/^[a-z]{1,64}$/', '/a+b+c+/', '/^(tel|sip):/'])('are taken when they do not: %s', (text) => expect(slow(patternsOf(inFile(`const pattern = ${text};`)))).toEqual([]));
});
