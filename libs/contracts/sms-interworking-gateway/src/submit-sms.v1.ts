import { instant, keyedAddress, keyedDeviceId } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';


const leg = { user: keyedAddress, messageId: z.string(), sender: keyedAddress, device: keyedDeviceId };

/** Deliver a text to the Primary as SMS. `attempt` numbers the tries of one leg, so that a repetition is recognised. */
export const SubmitSms = defineEvent({
  type: 'SubmitSms', version: 1, owner: 'sms-interworking-gateway', listeners: ['sms-interworking-gateway'], writers: ['routing'],
  summary: 'Deliver a text to the Primary Device as SMS',
  key: ({ user }) => user,
  schema: z.object({
    ...leg, attempt: z.number().int(), text: z.string(), expiresAt: instant, at: instant,
    /** Where an answer belongs; absent: an answer is nobody's. */
    conversationId: z.string().optional(), contributionId: z.string().optional(),
    /** MSISDN to send from; absent: the sender's own, or a leased one where he has none. */
    source: z.string().optional(),
  }),
});
export type SubmitSms = PayloadOf<typeof SubmitSms>;

/** Deliver a text of a group session: it is sent from a number leased for this session, so that an answer finds it. `text` names its sender. */
export const SubmitGroupSms = defineEvent({
  type: 'SubmitGroupSms', version: 1, owner: 'sms-interworking-gateway', listeners: ['sms-interworking-gateway'], writers: ['routing'],
  summary: 'Deliver a text of a group session to the Primary Device as SMS',
  key: ({ user }) => user,
  schema: z.object({
    ...leg, attempt: z.number().int(), text: z.string(), sessionId: z.string(), conversationId: z.string(), contributionId: z.string(), expiresAt: instant, at: instant,
  }),
});
export type SubmitGroupSms = PayloadOf<typeof SubmitGroupSms>;

/** A text with the number that it goes from, once it is known where an answer to that number belongs. */
export const SendSms = defineEvent({
  type: 'SendSms', version: 1, owner: 'sms-interworking-gateway', listeners: ['sms-interworking-gateway'],
  summary: 'Send a text to the Primary Device from this number',
  key: ({ user }) => user,
  schema: z.object({
    ...leg, attempt: z.number().int(), text: z.string(), expiresAt: instant, at: instant,
    /** MSISDN to send from; absent: the sender's own. */
    source: z.string().optional(),
    /** The group session that it belongs to. */
    sessionId: z.string().optional(),
  }),
});
export type SendSms = PayloadOf<typeof SendSms>;

/** Tell the Primary by SMS that content waits for it: an Undelivered Content Notification. `size` in bytes. */
export const SubmitUcn = defineEvent({
  type: 'SubmitUcn', version: 1, owner: 'sms-interworking-gateway', listeners: ['sms-interworking-gateway'], writers: ['routing'],
  summary: 'Send an Undelivered Content Notification to the Primary Device',
  key: ({ user }) => user,
  schema: z.object({
    ...leg, attempt: z.number().int(), contentType: z.string(), size: z.number().int(), language: z.string().optional(), expiresAt: instant, at: instant,
    /** The group session that it belongs to. */
    sessionId: z.string().optional(),
  }),
});
export type SubmitUcn = PayloadOf<typeof SubmitUcn>;

/** Do not send it any more; what the SMSC has and has not delivered it is asked to drop. */
export const CancelSms = defineEvent({
  type: 'CancelSms', version: 1, owner: 'sms-interworking-gateway', listeners: ['sms-interworking-gateway'], writers: ['routing', 'sms-interworking-gateway'],
  summary: 'Cancel an SMS or UCN that has not arrived yet',
  key: ({ user }) => user,
  schema: z.object({ ...leg, attempt: z.number().int(), reason: z.string(), at: instant }),
});
export type CancelSms = PayloadOf<typeof CancelSms>;
