import { keyedAddress, message } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';


/** Keep a message in a user's network message store. */
export const DepositObject = defineEvent({
  type: 'DepositObject', version: 1, owner: 'message-store-sync', listeners: ['message-store-sync'], writers: ['routing'],
  summary: 'Keep a message in a user\'s network message store',
  key: ({ user }) => user,
  schema: z.object({
    user: keyedAddress,
    direction: z.enum(['In', 'Out']),
    /** The other party of the conversation folder; of a group its Conversation-ID. */
    party: z.string(),
    message,
  }),
});
export type DepositObject = PayloadOf<typeof DepositObject>;
