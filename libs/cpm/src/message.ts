import { z } from 'zod';
import { keyedAddress } from './address.js';
import { keyedDeviceId } from './device.js';
import { dispositionRequest } from './disposition.js';

/** Epoch milliseconds, UTC. Events carry instants as numbers; the outside interface shows RFC 3339. */
export const instant = z.number().int().nonnegative();
export type Instant = number;

const identifier = z.string().regex(/^[A-Za-z0-9._~:@+=-]{1,128}$/, 'must be 1 to 128 of A-Z a-z 0-9 . _ ~ : @ + = -');

/** imdn.Message-ID (RFC 5438): chosen by the sender's client, unique per sender. */
export const messageId = identifier;
export type MessageId = string;
export const conversationId = identifier;
export const contributionId = identifier;

/** Largest text that travels inside an event, in UTF-8 bytes; anything longer is stored once and referenced. */
export const MAX_INLINE_BYTES = 8 * 1024;

/** The content of a message: its text inline, or where it is stored. */
export const content = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('inline'), text: z.string() }),
  z.object({ kind: z.literal('stored'), contentId: z.string() }),
]);
export type Content = z.infer<typeof content>;

/** A CPM Standalone Message as it travels between services. `size` in bytes. */
export const message = z.object({
  id: z.string(),
  from: keyedAddress,
  to: z.array(keyedAddress),
  originDevice: keyedDeviceId,
  conversationId: z.string(),
  contributionId: z.string(),
  inReplyTo: z.string().optional(),
  contentType: z.string(),
  content,
  size: z.number(),
  dispositionNotification: z.array(dispositionRequest),
  sentAt: z.number(),
  expiresAt: z.number(),
});
export type Message = z.infer<typeof message>;
