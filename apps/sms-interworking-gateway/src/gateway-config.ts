import { z } from 'zod';

/** How this gateway talks to its SMSC: environment variables. */
export const gatewayConfig = z.object({
  SMPP_URL: z.string().optional(),
  /** Names the SMSC in stored references: message ids repeat between SMSCs. */
  SMPP_SMSC_ID: z.string().regex(/^[\w.-]{1,32}$/, 'must be 1 to 32 letters, digits, _ . or -').default('smsc'),
  SMPP_WINDOW: z.coerce.number().int().min(1).max(1_000).default(10),
  SMPP_SYSTEM_TYPE: z.string().max(12).default(''),
  /** How the message id of a receipt is written compared with that of the response. */
  SMPP_ID_FORMAT: z.enum(['auto', 'text', 'hexdec', 'dechex']).default('auto'),
  SMPP_VALIDITY: z.enum(['relative', 'absolute']).default('relative'),
  /** Sender name where the sender has no number, 1 to 11 letters, digits and spaces. */
  SMPP_SENDER_NAME: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ]{0,10}$/, 'must be 1 to 11 letters, digits and spaces').default('CPM'),
});
export type GatewayConfig = z.output<typeof gatewayConfig>;
