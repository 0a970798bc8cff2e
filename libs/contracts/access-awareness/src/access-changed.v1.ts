import { accessState, instant, keyedAddress, keyedDeviceId } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';


/** The effective access of one device after a change. */
export const AccessChanged = defineEvent({
  type: 'AccessChanged', version: 1, owner: 'access-awareness', listeners: ['routing', 'device-registry', 'message-store-sync'],
  summary: 'The effective access of a device changed, or the IP-preference hold of the Primary ended',
  key: ({ user }) => user,
  schema: z.object({
    user: keyedAddress,
    device: keyedDeviceId,
    ip: accessState,
    cs: accessState,
    /** The Primary came up on CS and IP is awaited until then (epoch ms); absent when no hold is running. */
    holdUntil: instant.optional(),
    reason: z.string(),
    /** Whose word it was: the `source` and `cause` of the evidence that changed it, or that ended. */
    source: z.string().optional(),
    cause: z.string().optional(),
    at: instant,
  }),
});
export type AccessChanged = PayloadOf<typeof AccessChanged>;
