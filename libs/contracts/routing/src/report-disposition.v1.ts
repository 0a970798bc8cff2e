import { instant, keyedAddress, keyedDeviceId } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';


/** What devices of one recipient say of one message; one record may carry several devices. */
export const ReportDisposition = defineEvent({
  type: 'ReportDisposition', version: 1, owner: 'routing', listeners: ['routing'], writers: ['client-edge'],
  summary: 'Devices of a recipient report a message delivered or displayed',
  key: ({ user }) => user,
  schema: z.object({
    user: keyedAddress,
    messageId: z.string(),
    items: z.array(z.object({ device: keyedDeviceId, status: z.enum(['delivered', 'displayed']), at: instant })).min(1),
  }),
});
export type ReportDisposition = PayloadOf<typeof ReportDisposition>;
