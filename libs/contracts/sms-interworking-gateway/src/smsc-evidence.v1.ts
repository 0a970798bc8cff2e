import { instant, keyedAddress } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';


/** The gateway's own records of its talk with the SMSC, per SMS: fed back by its SMPP adapter. */
const sms = { user: keyedAddress, smsId: z.string(), attempt: z.number().int(), at: instant };

export const SmscAccepted = defineEvent({
  type: 'SmscAccepted', version: 1, owner: 'sms-interworking-gateway', listeners: ['sms-interworking-gateway'],
  summary: 'The SMSC accepted every segment of an SMS',
  key: ({ user }) => user,
  schema: z.object({ ...sms, segmentIds: z.array(z.string()) }),
});
export type SmscAccepted = PayloadOf<typeof SmscAccepted>;

/** `retry`: later (nothing was written, or the SMSC asked to wait), never, or unknown (written, no answer). */
export const SmscRefused = defineEvent({
  type: 'SmscRefused', version: 1, owner: 'sms-interworking-gateway', listeners: ['sms-interworking-gateway'],
  summary: 'An SMS was not accepted by the SMSC, or its outcome is unknown',
  key: ({ user }) => user,
  schema: z.object({ ...sms, retry: z.enum(['later', 'never', 'unknown']), reason: z.string() }),
});
export type SmscRefused = PayloadOf<typeof SmscRefused>;

/** Why a handset gets no SMS, as far as a receipt shows it. */
export const handsetCause = z.enum(['absent-subscriber', 'memory-full', 'barred']);
export type HandsetCause = z.infer<typeof handsetCause>;

/** A delivery receipt for one segment. */
export const SmscReceipt = defineEvent({
  type: 'SmscReceipt', version: 1, owner: 'sms-interworking-gateway', listeners: ['sms-interworking-gateway'],
  summary: 'A delivery receipt for one segment of an SMS',
  key: ({ user }) => user,
  schema: z.object({ ...sms, segmentId: z.string(), state: z.enum(['ENROUTE', 'DELIVERED', 'EXPIRED', 'DELETED', 'UNDELIVERABLE', 'ACCEPTED', 'UNKNOWN', 'REJECTED']), error: z.string().optional(), cause: handsetCause.optional() }),
});
export type SmscReceipt = PayloadOf<typeof SmscReceipt>;
