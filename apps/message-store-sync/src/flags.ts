import { invalidRequest, type ProblemError } from '@cpm/http';
import { z } from 'zod';

const MAX_FLAGS = 64;
/** Removed one by one only: that somebody read or answered a message is not forgotten by writing a list. */
const GROWING: ReadonlySet<string> = new Set(['\\Seen', '\\Answered', '$Forwarded', '$MDNSent', '\\read-report-sent']);

export const flagName = z.string()
  .regex(/^[!-~]{1,64}$/, 'must be 1 to 64 printable ASCII characters without a space')
  .refine((flag) => flag.toLowerCase() !== '\\recent', '\\Recent is the server\'s');

const list = z.object({ flag: z.array(flagName).max(MAX_FLAGS, `must be at most ${MAX_FLAGS}`) });

/** The flags of a body, `{"flag":[…]}` or `{"flagList":{"flag":[…]}}`. */
export const flagList = z.preprocess((body) => (body as { flagList?: unknown } | undefined)?.flagList ?? body, list).transform(({ flag }) => [...new Set(flag)]);

export interface FlagChange {
  readonly addFlags?: string[];
  readonly removeFlags?: string[];
}

/** CPM-MLD-017: a whole list becomes single changes of what its device knew, so that another's change at the same time stays. */
export function changeTo(wanted: readonly string[], flags: readonly string[]): FlagChange {
  return changeOf(wanted, flags.filter((flag) => !wanted.includes(flag) && !GROWING.has(flag)), flags);
}

/** What is not yet as it shall be; empty when all is. */
export function changeOf(add: readonly string[], remove: readonly string[], flags: readonly string[]): FlagChange {
  const added = add.filter((flag) => !flags.includes(flag));
  const removed = remove.filter((flag) => flags.includes(flag));
  return { ...(added.length > 0 && { addFlags: added }), ...(removed.length > 0 && { removeFlags: removed }) };
}

/** The problem of an object that would have too many flags. */
export function tooManyFlags({ addFlags = [], removeFlags = [] }: FlagChange, flags: readonly string[]): ProblemError | undefined {
  return flags.length + addFlags.length - removeFlags.length > MAX_FLAGS ? invalidRequest([{ path: 'flag', message: `must be at most ${MAX_FLAGS}` }]) : undefined;
}
