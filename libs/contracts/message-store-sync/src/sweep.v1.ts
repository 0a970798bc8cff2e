import { instant, keyedAddress } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';

/** The outcome of one sweep: old tombstones to forget, what is left in the box, and when the next one is worth while. */
export const BoxSwept = defineEvent({
  type: 'BoxSwept', version: 1, owner: 'message-store-sync', listeners: ['message-store-sync'],
  summary: 'A box was searched for what is too old or too much',
  key: ({ user }) => user,
  schema: z.object({
    user: keyedAddress,
    /** Number of the sweep: one that is late says nothing. */
    sweep: z.number().int(),
    tombstones: z.array(z.object({ objectId: z.string(), modSeq: z.number().int() })).max(500),
    usage: z.object({ objects: z.number().int(), bytes: z.number() }),
    nextAt: instant.optional(),
    at: instant,
  }),
});
export type BoxSwept = PayloadOf<typeof BoxSwept>;
