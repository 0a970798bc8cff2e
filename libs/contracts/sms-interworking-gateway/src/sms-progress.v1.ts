import { instant, keyedAddress, keyedDeviceId } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';


/** What became of an SMS or UCN of a leg. UNKNOWN: it was written to the SMSC and no answer came. */
export const SmsProgress = defineEvent({
  type: 'SmsProgress', version: 1, owner: 'sms-interworking-gateway', listeners: ['routing'],
  summary: 'What became of an SMS or UCN',
  key: ({ user }) => user,
  schema: z.object({
    user: keyedAddress, messageId: z.string(), sender: keyedAddress, device: keyedDeviceId, attempt: z.number().int(),
    form: z.enum(['SMS', 'UCN']),
    status: z.enum(['submitted', 'delivered', 'failed', 'unknown', 'cancelled', 'expired']),
    reason: z.string().optional(),
    at: instant,
  }),
});
export type SmsProgress = PayloadOf<typeof SmsProgress>;
