import { instant, keyedAddress, keyedDeviceId } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';

/** One part of an object's payload: its text inline, or where it is stored. `size` in bytes. */
export const payloadPart = z.object({
  contentType: z.string(),
  size: z.number().int().nonnegative(),
  text: z.string().optional(),
  contentId: z.string().optional(),
  fileName: z.string().optional(),
});
export type PayloadPart = z.infer<typeof payloadPart>;

/** An object as a device gives it to the store. */
export const newObject = z.object({
  /** Chosen by the boundary: of the same call always the same. */
  objectId: z.string(),
  /** Key of the folder. */
  folder: z.string(),
  context: z.string(),
  direction: z.enum(['In', 'Out']),
  from: z.string(),
  to: z.array(z.string()),
  date: instant,
  /** Message-Id, if the device knows one. */
  messageId: z.string().optional(),
  conversationId: z.string().optional(),
  contributionId: z.string().optional(),
  inReplyTo: z.string().optional(),
  correlationTag: z.string().optional(),
  /** Attributes that the store keeps and does not read. */
  attributes: z.array(z.object({ name: z.string(), value: z.array(z.string()) })),
  flags: z.array(z.string()),
  parts: z.array(payloadPart),
});
export type NewObject = z.infer<typeof newObject>;

/** A device puts objects into its user's box: drafts, SMS it had before, messages of other services. */
export const CreateObjects = defineEvent({
  type: 'CreateObjects', version: 1, owner: 'message-store-sync', listeners: ['message-store-sync'],
  summary: 'A device puts objects into its user\'s box',
  key: ({ user }) => user,
  schema: z.object({ user: keyedAddress, commandId: z.string(), device: keyedDeviceId, at: instant, objects: z.array(newObject).min(1).max(500) }),
});
export type CreateObjects = PayloadOf<typeof CreateObjects>;
