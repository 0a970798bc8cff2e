import { cpmAddress, sessionKind, timestamp } from '@cpm/vocabulary';
import { z } from 'zod';
import type { SessionPart, SessionRoster } from './session-directory.js';

/** A session as one of its participants may see it: the others by what they did, only his own devices by name. */
export const sessionShown = z.object({
  id: z.string(), kind: sessionKind, subject: z.string().exactOptional(), conversationId: z.string(), contributionId: z.string(),
  status: z.string().describe('The caller\'s own part: joined, invited, left, …'),
  active: z.boolean(),
  participants: z.array(z.object({ address: cpmAddress, status: z.string(), since: z.iso.datetime().exactOptional() })),
  devices: z.array(z.object({ id: z.string(), state: z.string(), joinedAt: z.iso.datetime().exactOptional(), leftAt: z.iso.datetime().exactOptional() })),
}).meta({ id: 'Session' });
export type SessionView = z.output<typeof sessionShown>;

export function sessionView({ session, status, legs }: SessionPart, roster: SessionRoster | undefined): SessionView | undefined {
  if (!session) return undefined;
  const { id, kind, subject, conversationId, contributionId, participants } = session;
  return {
    id, kind, ...(subject !== undefined && { subject }), conversationId, contributionId, status, active: roster?.active ?? false,
    participants: participants.map((address) => {
      const member = roster?.members[address];
      return { address, status: member?.status ?? 'invited', ...(member && { since: timestamp(member.since) }) };
    }),
    devices: legs.map(({ device, state, joinedAt, leftAt }) => ({
      id: device, state: state.toLowerCase(), ...(joinedAt !== null && { joinedAt: timestamp(joinedAt) }), ...(leftAt !== null && { leftAt: timestamp(leftAt) }),
    })),
  };
}
