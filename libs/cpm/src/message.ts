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

/** Text of one line that shows as it is written: no lone surrogates, control or direction-override characters. */
export function isPlainLine(text: string): boolean {
  return text.isWellFormed() && !/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u.test(text);
}

/** How a message came to be: on its own, inside a session, or as the offer of a file. */
export const messageService = z.enum(['standalone', 'chat', 'file-transfer']);
export type MessageService = z.infer<typeof messageService>;

/** What is told of a file before it is fetched. */
export const offeredFile = z.object({ name: z.string().optional(), sha256: z.string() });

/** A message as it travels between services: Standalone, Chat (with its `sessionId`), or the offer of a file. `size` in bytes. */
export const message = z.object({
  id: z.string(),
  /** Absent: standalone. */
  service: messageService.optional(),
  sessionId: z.string().optional(),
  file: offeredFile.optional(),
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

export function serviceOf({ service }: Pick<Message, 'service'>): MessageService {
  return service ?? 'standalone';
}

/** RFC 3994: says that somebody is writing. Told to who takes part now, never kept. */
export const COMPOSING_TYPE = 'application/im-iscomposing+xml';
