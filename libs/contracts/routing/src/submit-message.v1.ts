import { keyedAddress, message } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';


/** A standalone message with several recipients, in the sender's log: split into one offer per recipient. */
export const SubmitMessage = defineEvent({
  type: 'SubmitMessage', version: 1, owner: 'routing', listeners: ['routing'], writers: ['client-edge'],
  summary: 'A standalone message to several recipients, accepted by the edge',
  key: ({ message: { from } }) => from,
  schema: z.object({ message, recipients: z.array(keyedAddress).min(1) }),
});
export type SubmitMessage = PayloadOf<typeof SubmitMessage>;
