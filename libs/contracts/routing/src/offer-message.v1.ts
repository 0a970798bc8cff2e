import { keyedAddress, message, sessionBinding } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';


/** A message for one recipient, in the recipient's log: here its delivery legs are planned. */
export const OfferMessage = defineEvent({
  type: 'OfferMessage', version: 1, owner: 'routing', listeners: ['routing'], writers: ['routing', 'sms-interworking-gateway', 'client-edge'],
  summary: 'A message for one recipient',
  key: ({ recipient }) => recipient,
  schema: z.object({
    message,
    recipient: keyedAddress,
    /** Whether this offer also deposits the sender's own copy (it is the only recipient's offer). */
    depositSentCopy: z.boolean(),
    /** Of a chat message: how the recipient takes part in its session. */
    binding: sessionBinding.optional(),
  }),
});
export type OfferMessage = PayloadOf<typeof OfferMessage>;
