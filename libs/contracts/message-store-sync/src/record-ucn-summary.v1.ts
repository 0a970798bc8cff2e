import { instant, keyedAddress } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';

/** One short message tells of these received messages: a device that has it finds by its reference what it stands for. */
export const RecordUcnSummary = defineEvent({
  type: 'RecordUcnSummary', version: 1, owner: 'message-store-sync', listeners: ['message-store-sync'], writers: ['sms-interworking-gateway'],
  summary: 'Which stored messages one notification tells of',
  key: ({ user }) => user,
  schema: z.object({ user: keyedAddress, ref: z.string(), messageIds: z.array(z.string()).min(1), at: instant }),
});
export type RecordUcnSummary = PayloadOf<typeof RecordUcnSummary>;
