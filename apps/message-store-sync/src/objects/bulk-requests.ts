import { z } from 'zod';
import { flagName } from '../flags.js';
import { objectReferences } from '../references.js';
import { selectionCriteria } from '../search/object-query.js';

/** Which objects: by name, or by what they are like. */
const which = { objects: objectReferences.optional(), selectionCriteria: selectionCriteria.optional() };
const one = { error: 'objects or selectionCriteria must be there, not both' };
type Which = { readonly objects?: unknown; readonly selectionCriteria?: unknown };
const isOne = (body: Which) => (body.objects === undefined) !== (body.selectionCriteria === undefined);

const bulkUpdate = z.object({
  operation: z.enum(['AddFlag', 'RemoveFlag'], 'must be AddFlag or RemoveFlag'),
  flags: z.object({ flag: z.array(flagName).min(1).max(16, 'must be at most 16') }),
  ...which,
}).refine(isOne, one);

export const bulkUpdateBody = z.object({ bulkUpdate });
export const bulkDeleteBody = z.object({ bulkDelete: z.object(which).refine(isOne, one) });
