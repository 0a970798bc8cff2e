import { classOf, type DispositionStatus } from '@cpm/vocabulary';
import type { Checker } from './checker.js';

/** I1: a sender's device sees at most one report of a class per message and recipient, whatever the number of devices. */
export const oneReportPerRecipientAndClass: Checker = {
  name: 'one report per recipient and class',
  atEnd: false,
  check: ({ stores }) => {
    const seen = new Map<string, unknown>();
    const violations: string[] = [];
    for (const [id, row] of stores.get('client-edge')?.rows('frames') ?? []) {
      if (row['type'] !== 'disposition') continue;
      const { messageId, recipient, status } = row['data'] as { messageId: string; recipient: string; status: DispositionStatus };
      const key = `${String(row['u'])} ${messageId} ${recipient} ${classOf(status)}`;
      if (seen.has(key)) violations.push(`second ${classOf(status)} report of ${messageId} for ${recipient}: frame ${id}`);
      seen.set(key, row);
    }
    return violations;
  },
};
