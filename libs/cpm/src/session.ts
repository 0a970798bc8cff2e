import { z } from 'zod';
import { keyedAddress } from './address.js';
import { keyedDeviceId } from './device.js';
import { instant } from './message.js';

/** A closed group takes nobody in after its start; a long-lived one can be restarted by any participant. */
export const sessionKind = z.enum(['one-to-one', 'closed-group', 'long-lived-group']);
export type SessionKind = z.infer<typeof sessionKind>;

/** What every participant knows of a session. */
export const sessionHead = z.object({
  id: z.string(),
  /** Who started it: in his log the session has its focus. */
  creator: keyedAddress,
  kind: sessionKind,
  /** All that were invited when it was started, and its creator. */
  participants: z.array(keyedAddress),
  subject: z.string().optional(),
  conversationId: z.string(),
  contributionId: z.string(),
});
export type SessionHead = z.infer<typeof sessionHead>;

/** What became of a participant, and since when; of his devices it says nothing. */
export const sessionMember = z.object({ address: keyedAddress, status: z.enum(['invited', 'joined', 'declined', 'missed', 'left']), since: instant });
export type SessionMember = z.infer<typeof sessionMember>;

/**
 * Which of a recipient's devices a chat message is for, as his participation stands. A device in neither list gets it only where
 * `others` is `all`: nobody answered, so the content must not wait for a session that never was.
 */
export const sessionBinding = z.object({
  joined: z.array(keyedDeviceId),
  /** Still ringing, or not reached yet: what comes now waits for the answer. */
  undecided: z.array(keyedDeviceId),
  others: z.enum(['none', 'all']),
  /** The user himself answered, on one of `joined`. */
  byUser: z.boolean(),
  /** He wants none of it: he declined the invitation, which its sender is told, or left the group. */
  refused: z.enum(['no', 'declined', 'left']),
  group: z.boolean(),
});
export type SessionBinding = z.infer<typeof sessionBinding>;

/** Why an invitation or a session ended, as devices are told. `left`: the other party, or too many of a group, went. */
export const sessionEnd = z.enum([
  'accepted-elsewhere', 'rejected-elsewhere', 'answered-elsewhere', 'cancelled-by-sender', 'expired', 'rejected', 'unavailable', 'left', 'left-elsewhere', 'inactivity',
]);
export type SessionEnd = z.infer<typeof sessionEnd>;

/** Why a session ends for all. */
export const focusEnd = sessionEnd.extract(['cancelled-by-sender', 'expired', 'rejected', 'left', 'inactivity']);
export type FocusEnd = z.infer<typeof focusEnd>;
