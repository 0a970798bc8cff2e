import { instant, keyedAddress, sessionBinding } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';

/** The recipient's part in the session was decided: so is for which devices a chat message is that came before. */
export const RebindDelivery = defineEvent({
  type: 'RebindDelivery', version: 1, owner: 'routing', listeners: ['routing'],
  summary: 'The devices that a chat message is for have been decided',
  key: ({ recipient }) => recipient,
  schema: z.object({ recipient: keyedAddress, messageId: z.string(), sessionId: z.string(), binding: sessionBinding, at: instant }),
});
export type RebindDelivery = PayloadOf<typeof RebindDelivery>;
