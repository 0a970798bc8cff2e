import { unsafePart } from '@cpm/vocabulary';
import type { z } from 'zod';
import { invalidRequest, type FieldError } from './problem.js';

const MAX_ERRORS = 20;

/** The value as the schema gives it. Throws a 400 problem that names every field at fault, the first also in its detail. */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const unsafe = unsafePart(value);
  if (unsafe) throw invalidRequest([{ path: pathOf(unsafe.path), message: unsafe.fault }]);
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
