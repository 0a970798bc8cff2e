/** Where in parsed JSON something stands that no schema should be shown, and what is wrong with it. */
export interface UnsafePart {
  readonly path: readonly PropertyKey[];
  readonly fault: string;
}

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const MAX_DEPTH = 32;

/** The first key that could reach a prototype or that no document can have, or nesting that could exhaust the stack of whoever walks or stores the value. */
export function unsafePart(value: unknown): UnsafePart | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  let level: readonly (readonly [path: readonly PropertyKey[], value: object])[] = [[[], value]];
  for (let depth = 0; level.length > 0; depth += 1) {
    const next: (readonly [readonly PropertyKey[], object])[] = [];
    for (const [path, parent] of level) {
      const inArray = Array.isArray(parent);
      for (const key of Object.keys(parent)) {
        if (FORBIDDEN_KEYS.has(key)) return { path: [...path, key], fault: 'is a forbidden key' };
        if (key.includes('\0')) return { path: [...path, key.replaceAll('\0', '\u2400')], fault: 'is a key with a null character' };
        const child = (parent as Record<string, unknown>)[key];
        if (typeof child === 'object' && child !== null) next.push([[...path, inArray ? Number(key) : key], child]);
      }
    }
    if (depth === MAX_DEPTH && next.length > 0) return { path: [], fault: `must not nest deeper than ${MAX_DEPTH} levels` };
    level = next;
  }
  return undefined;
}
