import { dispositionStatus, instant, keyedAddress, keyedDeviceId, messageService } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';


/** The one report of its class that leaves for the sender, in the sender's log. Says nothing of the recipient's devices. */
export const ReportReleased = defineEvent({
  type: 'ReportReleased', version: 1, owner: 'report-aggregation', listeners: ['report-aggregation'],
  summary: 'The one report of its class leaves for the sender',
  key: ({ sender }) => sender,
  schema: z.object({
    reportId: z.string(),
    messageId: z.string(),
    sender: keyedAddress,
    recipient: keyedAddress,
    originDevice: keyedDeviceId,
    service: messageService,
    status: dispositionStatus,
    at: instant,
  }),
});
export type ReportReleased = PayloadOf<typeof ReportReleased>;
