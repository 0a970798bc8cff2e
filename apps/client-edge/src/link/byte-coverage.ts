import type { ByteRange } from '@cpm/runtime-content';

/** The ranges and one more, joined where they touch, in order. */
export function withRange(ranges: readonly ByteRange[], added: ByteRange): readonly ByteRange[] {
  const joined: ByteRange[] = [];
  for (const range of [...ranges, added].sort((a, b) => a.first - b.first)) {
    const before = joined.at(-1);
    if (before && range.first <= before.last + 1) joined[joined.length - 1] = { first: before.first, last: Math.max(before.last, range.last) };
    else joined.push(range);
  }
  return joined;
}

/** Whether they are all bytes of a content of `size`. */
export function isWhole([only, ...others]: readonly ByteRange[], size: number): boolean {
  return others.length === 0 && only?.first === 0 && only.last === size - 1;
}
