import { NATIONAL_LANGUAGES } from '@cpm/sms-text';
import { keyedAddress } from '@cpm/vocabulary';
import { z } from 'zod';

/** The input of the effect `submit-sms`: one text for one Primary, of which the log already says that it is being submitted. */
export const smsSubmission = z.object({
  user: keyedAddress,
  smsId: z.string(),
  /** Number of the submission, which its outcome names again. */
  attempt: z.number().int(),
  sender: keyedAddress,
  /** MSISDN to send from; absent: the sender's own. */
  source: z.string().optional(),
  text: z.string(),
  /** Languages whose GSM tables the text may use. */
  nationalLanguages: z.array(z.enum(NATIONAL_LANGUAGES)).optional(),
  form: z.enum(['SMS', 'UCN']),
  /** The text has a place for a link to this message, which shows it `maxUses` times. */
  link: z.object({ messageId: z.string(), maxUses: z.number().int() }).optional(),
  /** Epoch ms: later the SMSC need not try any more. */
  expiresAt: z.number(),
  /** Epoch ms: later the log takes the submission for lost, so it must not begin any more. */
  beginBy: z.number(),
  /** The outcome of an earlier submission is unknown: this one may be a duplicate. */
  mayRepeat: z.boolean(),
  /** Which SMSCs refused it before, with which command_status, and how often. */
  refusedBy: z.array(z.object({ smsc: z.string(), status: z.number().int(), times: z.number().int() })).default([]),
  /** It is sent from the name of the gateway: nobody's number may stand for all that it tells of. */
  manySenders: z.literal(true).optional(),
  /** Everybody whose message it tells of, where it tells of several. */
  senders: z.array(keyedAddress).optional(),
});
export type SmsSubmission = z.infer<typeof smsSubmission>;
