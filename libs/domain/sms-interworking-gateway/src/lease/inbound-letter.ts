import { DEAD_LETTER_TABLE, inboxOf, writeRow, type RowWrite } from '@cpm/runtime-decider';
import type { Instant } from '@cpm/vocabulary';

const SERVICE = 'sms-interworking-gateway';

/** A short message that belongs to no conversation. `key` is the user, or the address it came from. */
export interface InboundLetter {
  readonly key: string;
  readonly message: object;
  readonly reason: string;
  readonly at: Instant;
}

/** The row, beside what the runtime could not decide, in which an operator finds it; `id` is its own among those of inbound messages. */
export function inboundLetter(id: string, { key, message, reason, at }: InboundLetter): RowWrite {
  const insert = { service: SERVICE, key, value: JSON.stringify(message), reason: `inbound short message without a conversation: ${reason}`, at, replayed: false };
  return writeRow({ table: DEAD_LETTER_TABLE, id: `${inboxOf(SERVICE)}/inbound/${id}`, insert });
}
