import { classOf, type DispositionStatus } from '@cpm/vocabulary';
import type { Checker } from './checker.js';

/**
 * I1: a sender's device sees at most one report of a class per message and recipient, whatever the number of devices. Whoever was erased is
 * not known to have been reported for: a copy of what was said of him before makes the same report again, by whose id a client shows one.
 */
export const oneReportPerRecipientAndClass: Checker = {
  name: 'one report per recipient and class',
  atEnd: false,
  check: ({ stores, history }) => {
    const erased = new Map(history.of('erased').map(({ user, at }) => [user as string, at]));
    const seen = new Map<string, unknown>();
    const violations: string[] = [];
    for (const [id, row] of stores.get('client-edge')?.rows('frames') ?? []) {
      if (row['type'] !== 'disposition') continue;
      const { messageId, recipient, status } = row['data'] as { messageId: string; recipient: string; status: DispositionStatus };
      const key = `${String(row['u'])} ${messageId} ${recipient} ${classOf(status)}`;
      const isForgotten = (erased.get(recipient) ?? Infinity) <= (row['at'] as number);
      if (seen.has(key) && !isForgotten) violations.push(`second ${classOf(status)} report of ${messageId} for ${recipient}: frame ${id}`);
      seen.set(key, row);
    }
    return violations;
  },
};
