import { instant, keyedAddress } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';


/** The gateway's own records of its talk with the SMSC, per SMS: fed back by its SMPP adapter. */
const sms = { user: keyedAddress, smsId: z.string(), attempt: z.number().int(), at: instant };

export const SmscAccepted = defineEvent({
  type: 'SmscAccepted', version: 1, owner: 'sms-interworking-gateway', listeners: ['sms-interworking-gateway'],
  summary: 'The SMSC accepted every segment of an SMS',
  key: ({ user }) => user,
  schema: z.object({
    ...sms, segmentIds: z.array(z.string()), smsc: z.string().optional(),
    /** The address that it was sent from: a cancellation names it again. */
    source: z.object({ ton: z.number().int(), npi: z.number().int(), address: z.string() }).optional(),
  }),
});
export type SmscAccepted = PayloadOf<typeof SmscAccepted>;

/**
 * `retry`: later (nothing was written, or the SMSC asked to wait), never, or unknown (written, no answer). `refused` names the SMSCs and
 * their command_status where that used up an attempt there; `retryAfterMs` is the wait that status asks for. `screened`: for whose sake a
 * text that tells of several may not leave.
 */
export const SmscRefused = defineEvent({
  type: 'SmscRefused', version: 1, owner: 'sms-interworking-gateway', listeners: ['sms-interworking-gateway'],
  summary: 'An SMS was not accepted by the SMSC, or its outcome is unknown',
  key: ({ user }) => user,
  schema: z.object({
    ...sms, retry: z.enum(['later', 'never', 'unknown']), reason: z.string(),
    retryAfterMs: z.number().int().min(0).optional(),
    refused: z.array(z.object({ smsc: z.string(), status: z.number().int() })).optional(),
    screened: z.array(keyedAddress).optional(),
  }),
});
export type SmscRefused = PayloadOf<typeof SmscRefused>;

/** Why a handset gets no SMS, as far as a receipt shows it. */
export const handsetCause = z.enum(['absent-subscriber', 'memory-full', 'barred']);
export type HandsetCause = z.infer<typeof handsetCause>;

/**
 * What the SMSC said to taking a submitted SMS back: `cancelled` when it dropped a segment, so that the handset never gets the whole.
 * `dropped` names those segments; absent: all.
 */
export const SmscCancelled = defineEvent({
  type: 'SmscCancelled', version: 1, owner: 'sms-interworking-gateway', listeners: ['sms-interworking-gateway'],
  summary: 'The SMSC dropped a submitted SMS, or would not',
  key: ({ user }) => user,
  schema: z.object({ ...sms, outcome: z.enum(['cancelled', 'refused']), reason: z.string(), dropped: z.array(z.string()).optional() }),
});
export type SmscCancelled = PayloadOf<typeof SmscCancelled>;

/** The states that a receipt can report. */
export const messageState = z.enum(['ENROUTE', 'DELIVERED', 'EXPIRED', 'DELETED', 'UNDELIVERABLE', 'ACCEPTED', 'UNKNOWN', 'REJECTED']);

/**
 * A delivery receipt for one segment. `at`: when it came; `doneAt`: when the SMSC says that it reached the state, where its clock is known;
 * `segments`: how many the SMS has.
 */
export const SmscReceipt = defineEvent({
  type: 'SmscReceipt', version: 1, owner: 'sms-interworking-gateway', listeners: ['sms-interworking-gateway'],
  summary: 'A delivery receipt for one segment of an SMS',
  key: ({ user }) => user,
  schema: z.object({ ...sms, segmentId: z.string(), segments: z.number().int().min(1).optional(), state: messageState, error: z.string().optional(), cause: handsetCause.optional(), doneAt: instant.optional() }),
});
export type SmscReceipt = PayloadOf<typeof SmscReceipt>;
