import { entranceConfig } from '@cpm/runtime-host';
import { z } from 'zod';

/** Limits of the message store, and where it is seen from: environment variables. */
export const nmsConfig = z.object({
  /** Of one device. */
  NMS_REQUESTS_PER_SEC: z.coerce.number().int().positive().default(1_000),
  NMS_REQUESTS_BURST: z.coerce.number().int().positive().default(2_000),
  /** All attachments of one request together. */
  NMS_MAX_PAYLOAD_BYTES: z.coerce.number().int().positive().default(100 * 2 ** 20),
  /** Scheme and host of the entry as devices reach it, with which all URLs begin; the `Host` of each request unless given. */
  PUBLIC_URL: entranceConfig.PUBLIC_URL,
});
export type NmsConfig = z.output<typeof nmsConfig>;

/** Injection token. */
export const NMS_CONFIG = 'message-store-sync:config';
