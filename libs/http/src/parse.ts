import type { z } from 'zod';
import { invalidRequest, type FieldError } from './problem.js';

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const MAX_DEPTH = 32;
const MAX_ERRORS = 20;

/** The value as the schema gives it. Throws a 400 problem that names every field at fault, the first also in its detail. */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const unsafe = unsafeKey(value);
  if (unsafe) throw invalidRequest([unsafe]);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalidRequest(fieldErrors(result.error));
}

/** The issues of a zod error, at most 20; unknown keys are named one by one. */
export function fieldErrors(error: z.ZodError): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const issue of error.issues) {
    if (errors.length >= MAX_ERRORS) break;
    if (issue.code !== 'unrecognized_keys') errors.push({ path: pathOf(issue.path), message: issue.message });
    else for (const key of issue.keys.slice(0, MAX_ERRORS)) errors.push({ path: pathOf([...issue.path, key]), message: 'is not known here' });
  }
  return errors;
}

/** `['to', 3, 'name']` -> `to[3].name`. Keys come from clients, so they are cut. */
function pathOf(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    const name = String(key).slice(0, 64);
    return path === '' ? name : `${path}.${name}`;
  }, '');
}

/** A key that could reach a prototype, or nesting that could exhaust the stack of whoever walks the value. */
function unsafeKey(value: unknown): FieldError | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  let level: readonly (readonly [path: readonly PropertyKey[], value: object])[] = [[[], value]];
  for (let depth = 0; level.length > 0; depth += 1) {
    const next: (readonly [readonly PropertyKey[], object])[] = [];
    for (const [path, parent] of level) {
      const inArray = Array.isArray(parent);
      for (const key of Object.keys(parent)) {
        if (FORBIDDEN_KEYS.has(key)) return { path: pathOf([...path, key]), message: 'is a forbidden key' };
        const child = (parent as Record<string, unknown>)[key];
        if (typeof child === 'object' && child !== null) next.push([[...path, inArray ? Number(key) : key], child]);
      }
    }
    if (depth === MAX_DEPTH && next.length > 0) return { path: '', message: `must not nest deeper than ${MAX_DEPTH} levels` };
    level = next;
  }
  return undefined;
}
