import { timestamp } from '@cpm/vocabulary';
import type { SessionPart, SessionRoster } from './session-directory.js';

/** A session as one of its participants may see it: the others by what they did, only his own devices by name. */
export interface SessionView {
  readonly id: string;
  readonly kind: string;
  readonly subject?: string;
  readonly conversationId: string;
  readonly contributionId: string;
  /** The caller's own part: `joined`, `invited`, `left`, … */
  readonly status: string;
  readonly active: boolean;
  readonly participants: readonly { readonly address: string; readonly status: string; readonly since?: string }[];
  readonly devices: readonly { readonly id: string; readonly state: string; readonly joinedAt?: string; readonly leftAt?: string }[];
}

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
