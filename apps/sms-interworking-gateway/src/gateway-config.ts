import { UNKNOWN_GRACE_MS } from '@cpm/domain-sms-interworking-gateway';
import { MAX_PUBLIC_URL } from '@cpm/sms-text';
import { z } from 'zod';
import { errorCauses } from './receipt-cause.js';

const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
const HTTPS_ORIGIN = /^https:\/\/[^\s/?#@]+$/;

const HTTP_URL = /^https?:\/\/[^\s/?#@]+(\/[^\s#@]*)?$/;

/** Scheme and host under which phones reach the entry. */
const publicUrl = z
  .string()
  .transform((url) => url.replace(/\/$/, ''))
  .refine((url) => HTTPS_ORIGIN.test(url) || LOOPBACK.test(url), 'must be https://host[:port], or http:// of this machine')
  .refine((url) => url.length <= MAX_PUBLIC_URL, `must have at most ${MAX_PUBLIC_URL} characters, so that notifications stay short`);

export const smscId = z.string().regex(/^[\w.-]{1,32}$/, 'must be 1 to 32 letters, digits, _ . or -');
export const systemType = z.string().max(12).default('');
/** How the message id of a receipt is written compared with that of the response. */
export const idFormat = z.enum(['auto', 'text', 'hexdec', 'dechex']);
export const validityForm = z.enum(['relative', 'absolute']);
/** Sender where the writer has no number. */
export const senderName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ]{0,10}$/, 'must be 1 to 11 letters, digits and spaces');

/** A text that is no JSON stays what it is, so that its name is in the complaint. */
function fromJson(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** How this gateway talks to its SMSCs: environment variables. `SMPP_…` describe the one of `SMPP_URL`. */
export const gatewayConfig = z.object({
  /** Path of a JSON file with several SMSCs, in place of `SMPP_URL`. */
  SMSC_CONFIG: z.string().optional(),
  SMPP_URL: z.string().optional(),
  /** Names the SMSC in stored references: message ids repeat between SMSCs. */
  SMPP_SMSC_ID: smscId.default('smsc'),
  SMPP_WINDOW: z.coerce.number().int().min(1).max(1_000).default(10),
  SMPP_SYSTEM_TYPE: systemType,
  SMPP_ID_FORMAT: idFormat.default('auto'),
  /** JSON: what its error codes mean for the handset, as `{"045":"absent-subscriber"}`; those of GSM networks are known. */
  SMPP_ERROR_CAUSES: z.preprocess(fromJson, errorCauses).default({}),
  SMPP_VALIDITY: validityForm.default('relative'),
  SMPP_SENDER_NAME: senderName.default('CPM'),
  /** How long a receipt may take to prove a submission whose response is missing, before its outcome counts as unknown. */
  SMS_UNKNOWN_GRACE_MS: z.coerce.number().int().min(0).max(UNKNOWN_GRACE_MS).default(UNKNOWN_GRACE_MS),
  /** Service of the operator that may refuse a text before it leaves; absent: none is asked. */
  SMS_SCREENING_URL: z.string().refine((url) => HTTP_URL.test(url), 'must be http:// or https:// without credentials').optional(),
  /** While it does not answer: `closed` lets texts wait for it, `open` lets them go. */
  SMS_SCREENING_FAIL: z.enum(['closed', 'open']).default('closed'),
  SMS_SCREENING_TIMEOUT_MS: z.coerce.number().int().min(50).max(10_000).default(2_000),
  /** Whether it gets the text beside the parties. */
  SMS_SCREENING_TEXT: z.enum(['sent', 'withheld']).default('withheld'),
  /** Without it notifications carry no link, whatever the policy. */
  PUBLIC_URL: publicUrl.optional(),
  /** What tokens of links are made with; absent: a secret kept in MongoDB. Another one makes other tokens for what is submitted from then on. */
  UCN_LINK_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
});
export type GatewayConfig = z.output<typeof gatewayConfig>;

/** Injection token of it. */
export const GATEWAY_CONFIG = 'cpm:sms-interworking-gateway:config';
