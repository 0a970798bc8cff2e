import { missingTests, titlesOf } from '../threats/test-titles.js';
import { readThreats } from '../threats/threat-model.js';
import { sourceFiles } from '../trace/source-files.js';

const spec = { path: 'libs/a/src/a.spec.ts', text: "describe('a', () => { it('stands', () => {}); it.each([1, 'no title'])('has %s', (one) => {}); });\n" };
const naming = (test: string) => readThreats(JSON.stringify({ boundaries: [{ boundary: 'b', about: 'c', threats: [{ is: 'S', threat: 't', mitigation: 'm', tests: [test] }] }], notDefended: ['n'] }));

describe('the threat model', () => {
  it('names tests that are there', () => expect(missingTests(readThreats(), sourceFiles())).toEqual([]));

  it('finds the titles of tests, of groups and of tables', () => expect([...titlesOf(spec)]).toEqual(['a', 'stands', 'has %s']));

  it.each([['libs/a/src/a.spec.ts > stood', 'has no test "stood"'], ['libs/a/src/a.spec.ts > no title', 'has no test'], ['libs/b/src/b.spec.ts > stands', 'there is no libs/b']])('is refused when it names %s', (test, fault) => {
    expect(missingTests(naming(test), [spec])).toEqual([expect.stringContaining(fault)]);
  });

  it('is taken when what it names is there', () => expect(missingTests(naming('libs/a/src/a.spec.ts > has %s'), [spec])).toEqual([]));

  it.each(['stands', 'libs/a/src/a.ts > stands', 'libs/a/src/a.spec.ts'])('is refused when it does not say where: %s', (test) => expect(() => naming(test)).toThrow('must be <path>.spec.ts > <title>'));
});
