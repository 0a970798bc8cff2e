import { createHash } from 'node:crypto';

/** SHA-256 (base64url) of a JSON value, the same whatever the order of its keys; absent and undefined fields are one. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(sorted(value)) ?? 'undefined').digest('base64url');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, child]) => [key, sorted(child)]));
}
