import fc from 'fast-check';
import type { ByteRange } from '@cpm/runtime-content';
import { isWhole, withRange } from './byte-coverage.js';

const SIZE = 12;
const range = fc.tuple(fc.nat(SIZE - 1), fc.nat(SIZE - 1)).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }));

it('is whole when every byte is in some range, in whatever order they came', () => {
  fc.assert(fc.property(fc.array(range, { maxLength: 8 }), (ranges) => {
    const bytes = new Set(ranges.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, at) => first + at)));
    expect(isWhole(ranges.reduce<readonly ByteRange[]>(withRange, []), SIZE)).toBe(bytes.size === SIZE);
  }));
});
