import { describedAs } from '@cpm/http';
import { z } from 'zod';

/** A number in a body or a query, where devices may write it as a text, too; a truth value or a list is none. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER) {
  const error = `must be a whole number from ${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ''}`;
  const number = z.int(error).min(least, error).max(most, error);
  return describedAs(z.union([number, z.string().regex(/^\d{1,15}$/).transform(Number).pipe(number)], error), number);
}
