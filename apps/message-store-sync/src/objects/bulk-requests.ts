import { describedAs } from '@cpm/http';
import { z } from 'zod';
import { flagName } from '../flags.js';
import { objectReferences } from '../references.js';
import { selectionCriteria } from '../search/object-query.js';

/** Which objects: by name, or by what they are like. */
const which = { objects: objectReferences.optional(), selectionCriteria: selectionCriteria.optional() };
const one = { error: 'objects or selectionCriteria must be there, not both' };
type Which = { readonly objects?: unknown; readonly selectionCriteria?: unknown };
const isOne = (body: Which) => (body.objects === undefined) !== (body.selectionCriteria === undefined);

const marks = {
  operation: z.enum(['AddFlag', 'RemoveFlag'], 'must be AddFlag or RemoveFlag'),
  flags: z.object({ flag: z.array(flagName).min(1).max(16, 'must be at most 16') }),
};

const bulkUpdate = eitherWay(marks);

export const bulkUpdateBody = z.object({ bulkUpdate });
export const bulkDeleteBody = z.object({ bulkDelete: eitherWay({}) });

function eitherWay<Shape extends z.ZodRawShape>(shape: Shape) {
  return describedAs(z.object({ ...shape, ...which }).refine(isOne, one), z.xor([z.object({ ...shape, objects: objectReferences }), z.object({ ...shape, selectionCriteria })]));
}
