import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

export const POLICY_PATH = 'tools/supply-chain.yaml';

const version = z.string().regex(/^\d+\.\d+\.\d+$/, 'must be a version such as 1.2.3');

const policy = z.strictObject({
  atLeast: z.array(z.strictObject({ name: z.string().min(1), versions: z.array(version).min(1), because: z.string().min(1) })),
  /** By the name of the package, why it is known. */
  installScripts: z.record(z.string(), z.string().min(1)),
  licenses: z.array(z.string().min(1)).min(1),
  licenseOf: z.record(z.string(), z.string().min(1)),
});
export type SupplyPolicy = z.infer<typeof policy>;

/** @throws an error that names the field that is wrong */
export function readSupplyPolicy(text = readFileSync(POLICY_PATH, 'utf8')): SupplyPolicy {
  const read = policy.safeParse(parse(text));
  if (!read.success) throw new Error(`${POLICY_PATH}: ${z.prettifyError(read.error)}`);
  return read.data;
}
