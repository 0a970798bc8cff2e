import { instant, keyedAddress, keyedDeviceId } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';


/** The sender wants a message back from one recipient; succeeds only while nothing of it was delivered. */
export const RevokeMessage = defineEvent({
  type: 'RevokeMessage', version: 1, owner: 'routing', listeners: ['routing'], writers: ['client-edge'],
  summary: 'The sender revokes a message towards one recipient',
  key: ({ recipient }) => recipient,
  schema: z.object({ messageId: z.string(), sender: keyedAddress, device: keyedDeviceId, recipient: keyedAddress, at: instant }),
});
export type RevokeMessage = PayloadOf<typeof RevokeMessage>;
