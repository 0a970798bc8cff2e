import { keyedAddress } from '@cpm/vocabulary';
import { z } from 'zod';

/** The input of the effect `submit-sms`: one text for one Primary, of which the log already says that it is being submitted. */
export const smsSubmission = z.object({
  user: keyedAddress,
  smsId: z.string(),
  attempt: z.number().int(),
  sender: keyedAddress,
  text: z.string(),
  /** Epoch ms: later the SMSC need not try any more. */
  expiresAt: z.number(),
});
export type SmsSubmission = z.infer<typeof smsSubmission>;
