import { z } from 'zod';

/** Why a device cannot take part: it speaks for itself, not for its user, and only its own leg ends. */
export const deviceFailure = z.enum(['busy', 'unavailable', 'unsupported', 'not-acceptable']);

/** Why what a device wanted did not count. `left` and the like: what had become of it before. */
export const refusalCode = z.enum([
  'unknown-session', 'unknown-transfer', 'unknown-device', 'already-accepted', 'not-restartable', 'not-running',
  'accepted-elsewhere', 'rejected-elsewhere', 'cancelled-by-sender', 'expired', 'unavailable', 'left', 'inactivity', 'rejected',
]);
export type RefusalCode = z.infer<typeof refusalCode>;

/** `device` is the name of the user's own device that came first. */
export const answerRefused = z.object({ status: z.literal('refused'), code: refusalCode, device: z.string().optional() });
export type AnswerRefused = z.infer<typeof answerRefused>;

/** The outcome of `ActInSession`. */
export const actionOutcome = z.discriminatedUnion('status', [z.object({ status: z.literal('ok') }), answerRefused]);
export type ActionOutcome = z.infer<typeof actionOutcome>;

/** The outcome of `AnswerFileTransfer`. */
export const offerAnswer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('accepted'), contentId: z.string(), transferId: z.string() }),
  z.object({ status: z.literal('rejected') }),
  answerRefused,
]);
export type OfferAnswer = z.infer<typeof offerAnswer>;
