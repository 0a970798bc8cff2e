import { z } from 'zod';

/** Limits of the message store: environment variables. */
export const nmsConfig = z.object({
  /** All attachments of one object together. */
  NMS_MAX_PAYLOAD_BYTES: z.coerce.number().int().positive().default(100 * 2 ** 20),
});
export type NmsConfig = z.output<typeof nmsConfig>;

/** Injection token. */
export const NMS_CONFIG = 'message-store-sync:config';
