import type { AnyAggregate, OpenAggregate } from '@cpm/runtime-decider';
import type { InboxMessage, Poison } from './inbox-message.js';
import type { WorkingCopy } from './working-copy.js';

/** Names an aggregate among those of all kinds. */
export const keyOf = (aggregate: AnyAggregate, id: string): string => `${aggregate.name}\u0000${id}`;

/** The owner's open aggregates as of this point of the batch: the stored ones, corrected by what the batch changed. */
export function openNow(message: InboxMessage, copies: ReadonlyMap<string, WorkingCopy>, stored: ReadonlyMap<string, readonly string[]>): readonly OpenAggregate[] {
  return kindsToLookUp(message).flatMap((kind) => {
    const ids = new Set(stored.get(keyOf(kind, message.record.key)));
    for (const copy of copies.values()) {
      if (copy.aggregate !== kind || kind.ownerOf(copy.id) !== message.record.key) continue;
      if (kind.isOpen?.(copy.state)) ids.add(copy.id);
      else ids.delete(copy.id);
    }
    return [...ids].map((id) => ({ kind: kind.name, id }));
  });
}

/** The kinds of which the owner's open aggregates are asked for. */
export function kindsToLookUp(message: InboxMessage | Poison): readonly AnyAggregate[] {
  return message.kind === 'event' ? (message.subscription.open ?? []) : [];
}
