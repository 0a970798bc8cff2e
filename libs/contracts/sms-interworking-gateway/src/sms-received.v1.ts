import { instant, keyedAddress } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';

/** A text, or one part of it, that a Primary Device sent by SMS to a number of the gateway. */
export const SmsReceived = defineEvent({
  type: 'SmsReceived', version: 1, owner: 'sms-interworking-gateway', listeners: ['sms-interworking-gateway'],
  summary: 'A handset sent a text to a number of the gateway',
  key: ({ user }) => user,
  schema: z.object({
    user: keyedAddress,
    /** MSISDN it was sent to, or a short code of the gateway. */
    to: z.string(),
    text: z.string(),
    /** Its place in a concatenated short message (3GPP TS 23.040). */
    part: z.object({ reference: z.number().int(), total: z.number().int(), number: z.number().int() }).optional(),
    /** The SMSC may have delivered it before. */
    mayRepeat: z.boolean().optional(),
    /** When that delivery came at the earliest; an earlier version did not say. */
    repeatsSince: instant.optional(),
    at: instant,
  }),
});
export type SmsReceived = PayloadOf<typeof SmsReceived>;
