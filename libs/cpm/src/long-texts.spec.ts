import { cpmAddress, deviceId, deviceName, isPlainLine, keyedAddress, messageId, policy, preferences, unsafePart } from './index.js';

const LONG = 100_000;
const hostile = ['a', '-', '.', '1', ' ', '(', '-a', '.a', 'a.', '%', '\u0301', '{', '}', '{a}', '\\', '\n'];

/** That these end at all is what is tested: one that tries every way to read such a text would not. */
describe('long texts are judged in one pass', () => {
  it.each(hostile)('of %j', (part) => {
    for (const [before, after] of [['', ''], ['tel:+', ''], ['sip:', '@a.b'], ['sip:a@', '!'], ['en', '!'], ['en-', ''], ['urn:uuid:', '!']] as const) {
      const text = `${before}${part.repeat(LONG)}${after}`;
      for (const schema of [cpmAddress, deviceId, messageId]) expect(schema.safeParse(text).success).toBe(false);
      deviceName.safeParse(text);
      keyedAddress.safeParse(text);
      isPlainLine(text);
      policy.safeParse({ 'ucn.text': { en: text, [text]: 'x' } });
      preferences.safeParse({ activeProfile: text, profiles: { [text]: { language: text, deviceRules: [{ quietHours: { from: text, to: text } }] } } });
    }
  });
});

describe('parsed JSON', () => {
  it.each([
    ['{"a":[{"__proto__":{}}]}', ['a', 0, '__proto__'], 'is a forbidden key'], ['{"constructor":1}', ['constructor'], 'is a forbidden key'], ['[{"prototype":null}]', [0, 'prototype'], 'is a forbidden key'],
    ['{"a":{"b\\u0000c":1}}', ['a', 'b\u2400c'], 'is a key with a null character'], [`${'['.repeat(40)}${']'.repeat(40)}`, [], 'must not nest deeper than 32 levels'],
  ])('%s has an unsafe part', (json, path, fault) => expect(unsafePart(JSON.parse(json))).toEqual({ path, fault }));

  it.each(['{"a":{"b":[1,"__proto__",null]},"$set":1,"a.b":2}', '"__proto__"', 'null', `${'['.repeat(30)}${']'.repeat(30)}`])('%s has none', (json) => expect(unsafePart(JSON.parse(json))).toBeUndefined());
});
