import { instant, keyedAddress, keyedDeviceId, sessionEnd, sessionHead, sessionMember } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';

/** How one round of a session stands for one user. Each tells all, but for `members`, which are told where they are known. */
export const KeepSession = defineEvent({
  type: 'KeepSession', version: 1, owner: 'message-store-sync', listeners: ['message-store-sync'], writers: ['routing'],
  summary: 'Keep in a user\'s network message store how a session stands for him',
  key: ({ user }) => user,
  schema: z.object({
    user: keyedAddress,
    session: sessionHead,
    /** Counts the starts of the session: each round is kept on its own. */
    generation: z.number().int().positive(),
    /** Counts what is told of the round, from 1. */
    revision: z.number().int().positive(),
    /** Who started the round. */
    from: keyedAddress,
    /** The user's own part. */
    status: z.enum(['joined', 'left', 'declined', 'missed', 'ended']),
    members: z.array(sessionMember).optional(),
    /** The user's devices that took part. */
    devices: z.array(z.object({ device: keyedDeviceId, joinedAt: instant, leftAt: instant.optional() })),
    startedAt: instant,
    /** When and why it ended for the user. */
    ended: z.object({ at: instant, reason: sessionEnd }).optional(),
    at: instant,
  }),
});
export type KeepSession = PayloadOf<typeof KeepSession>;
