import type { EventContract } from '@cpm/runtime-decider';

const PATH = Symbol('path');

/** The payload field that a contract takes its Kafka key from: `message.from`. @throws when the key is computed otherwise */
export function keyPathOf({ key, type }: Pick<EventContract, 'key' | 'type'>): string {
  const path: unknown = (key(recorder([])) as unknown as Record<symbol, unknown> | undefined)?.[PATH];
  if (typeof path !== 'string' || path === '') throw new Error(`${type}: the key must be a field of the payload`);
  return path;
}

/** Answers every field with a recorder of the path so far, so that the key function shows which field it reads. */
function recorder(path: readonly string[]): object {
  return new Proxy({}, {
    get: (_target, property) => {
      if (property === PATH) return path.join('.');
      return typeof property === 'string' ? recorder([...path, property]) : undefined;
    },
  });
}
