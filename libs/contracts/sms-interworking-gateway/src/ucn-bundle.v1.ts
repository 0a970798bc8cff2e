import { instant, keyedAddress, keyedDeviceId } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';

/** One notification of one message: its key is message and attempt. */
const ucn = { messageId: z.string(), attempt: z.number().int() };
const leg = { ...ucn, sender: keyedAddress, device: keyedDeviceId };
const toldOf = z.object({
  ...leg, contentType: z.string(), size: z.number().int(), language: z.string().optional(), expiresAt: instant,
  /** The group session that it belongs to. */
  sessionId: z.string().optional(),
});

/** A notification that may wait for others: it leaves alone where no window of its user is open. `size` in bytes. */
export const OfferUcn = defineEvent({
  type: 'OfferUcn', version: 1, owner: 'sms-interworking-gateway', listeners: ['sms-interworking-gateway'],
  summary: 'An Undelivered Content Notification may be told together with others',
  key: ({ user }) => user,
  schema: z.object({ user: keyedAddress, ucn: toldOf, at: instant }),
});
export type OfferUcn = PayloadOf<typeof OfferUcn>;

/** It need not be told of any more: its content came otherwise, expired or was revoked. */
export const WithdrawUcn = defineEvent({
  type: 'WithdrawUcn', version: 1, owner: 'sms-interworking-gateway', listeners: ['sms-interworking-gateway'],
  summary: 'A notification need not be told together with others any more',
  key: ({ user }) => user,
  schema: z.object({ user: keyedAddress, ...ucn, reason: z.string(), at: instant }),
});
export type WithdrawUcn = PayloadOf<typeof WithdrawUcn>;

/** It is not told of: it was withdrawn in time. */
export const UcnSetAside = defineEvent({
  type: 'UcnSetAside', version: 1, owner: 'sms-interworking-gateway', listeners: ['sms-interworking-gateway'],
  summary: 'A notification was withdrawn before anything told of it',
  key: ({ user }) => user,
  schema: z.object({ user: keyedAddress, ...ucn, reason: z.string(), at: instant }),
});
export type UcnSetAside = PayloadOf<typeof UcnSetAside>;

/** It leaves now, as a short message of its own. */
export const ReleaseUcn = defineEvent({
  type: 'ReleaseUcn', version: 1, owner: 'sms-interworking-gateway', listeners: ['sms-interworking-gateway'],
  summary: 'A notification that was offered leaves as a short message of its own',
  key: ({ user }) => user,
  schema: z.object({ user: keyedAddress, ...ucn, at: instant }),
});
export type ReleaseUcn = PayloadOf<typeof ReleaseUcn>;

/** One short message that tells of all that came within a window, in the order in which it came. */
export const SubmitUcnSummary = defineEvent({
  type: 'SubmitUcnSummary', version: 1, owner: 'sms-interworking-gateway', listeners: ['sms-interworking-gateway'],
  summary: 'Tell the Primary Device of several undelivered contents in one short message',
  key: ({ user }) => user,
  schema: z.object({ user: keyedAddress, summaryId: z.string(), covered: z.array(toldOf).min(1), at: instant }),
});
export type SubmitUcnSummary = PayloadOf<typeof SubmitUcnSummary>;

/** What became of the short message that tells of this message, among others. */
export const UcnSummaryProgress = defineEvent({
  type: 'UcnSummaryProgress', version: 1, owner: 'sms-interworking-gateway', listeners: ['sms-interworking-gateway'],
  summary: 'What became of the short message that tells of a message among others',
  key: ({ user }) => user,
  schema: z.object({
    user: keyedAddress, ...leg, summaryId: z.string(),
    status: z.enum(['submitted', 'delivered', 'failed', 'unknown', 'cancelled', 'expired']),
    reason: z.string().optional(),
    at: instant,
  }),
});
export type UcnSummaryProgress = PayloadOf<typeof UcnSummaryProgress>;
