import type { ParseArgsConfig } from 'node:util';

export const httpOptions = {
  examples: { type: 'string', default: '50' },
  seed: { type: 'string', default: '1' },
} satisfies ParseArgsConfig['options'];

/** Runs every operation of every service's OpenAPI document against the running system. */
export async function fuzzHttp(): Promise<boolean> {
  throw new Error('the operations are not described yet');
}
