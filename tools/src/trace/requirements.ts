import { readFileSync } from 'node:fs';
import { REQUIREMENT_IDS, type RequirementId } from '@cpm/runtime-decider';
import { parse } from 'yaml';
import { z } from 'zod';

const REQUIREMENTS_PATH = 'docs/requirements.yaml';

const entry = z.strictObject({
  /** What the specification asks, in one sentence of ours. */
  asks: z.string().min(1),
  status: z.enum(['implemented', 'partial', 'planned']),
  /** What the status covers, or why it is not more. */
  note: z.string().min(1).optional(),
});

export type Requirement = z.infer<typeof entry> & { readonly id: RequirementId };

const page = z.strictObject(Object.fromEntries(REQUIREMENT_IDS.map((id) => [id, entry])) as Record<RequirementId, typeof entry>);

/** The requirements in the order of their labels. @throws an error that names a label that is missing or not of the specification */
export function readRequirements(path = REQUIREMENTS_PATH): readonly Requirement[] {
  const read = page.safeParse(parse(readFileSync(path, 'utf8')));
  if (!read.success) throw new Error(`${path}: ${z.prettifyError(read.error)}`);
  return REQUIREMENT_IDS.map((id) => ({ id, ...read.data[id] }));
}
