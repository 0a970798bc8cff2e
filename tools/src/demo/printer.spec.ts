import { PassThrough } from 'node:stream';
import { Printer } from './printer.js';

function printed(act: (printer: Printer) => void): string {
  const out = new PassThrough();
  act(new Printer(out as unknown as NodeJS.WriteStream));
  return String(out.read());
}

it('says of a check that did not hold what was there instead, without colours where there is no terminal', () => {
  const checks = [{ says: 'it comes', held: true }, { says: 'it stays', held: false, seen: 'it went' }];
  expect(printed((printer) => printer.checks(checks))).toBe(
    ['', '   checks', '     ok      it comes', '     FAILED  it stays', '             instead: it went', ''].join('\n'),
  );
});

it.each([
  [[{ says: 'one', held: true }], '2 scenarios, 1 checks, all held (12.3 s)'],
  [[{ says: 'one', held: true }, { says: 'two', held: false }], '2 scenarios, 2 checks, 1 FAILED (12.3 s)'],
])('ends with one line', (checks, line) => expect(printed((printer) => printer.summary(2, checks, 12_345))).toBe(`\n${line}\n`));

it('says when nothing is known of a message', () => {
  expect(printed((printer) => printer.journey('a text', [], new Map()))).toBe('\n   journey  a text\n     no decision about it is known\n');
});
