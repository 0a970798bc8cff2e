import { COMPOSING_TYPE, mediaType, type CpmAddress, type FocusEnd, type SessionMember } from '@cpm/vocabulary';
import { defineAggregate, publish, type JourneyEntry, type Reaction } from '@cpm/runtime-decider';
import { DepositObject } from '@cpm/contracts-message-store-sync';
import { InviteParticipant, PassChatMessage, UpdateParticipant } from '@cpm/contracts-routing';
import { messageOf, ownerOf } from '../delivery/delivery-id.js';
import { belonging, rosterOf, type Focus, type FocusCommand, type FocusEvent } from './focus.js';
import { focusDecider } from './focus.decider.js';

export function focusId(creator: CpmAddress, sessionId: string): string {
  return `${creator}|${sessionId}`;
}

const KEPT_MS = 30 * 86_400_000;

function react(event: FocusEvent, after: Focus): readonly Reaction[] {
  const { session, generation, starter } = after;
  if (session === null) return [];
  const { at } = event;
  const tell = (user: CpmAddress, change: 'established' | 'ended' | 'members', more: { readonly generation: number; readonly reason?: FocusEnd; readonly members?: SessionMember[] }) =>
    publish(UpdateParticipant, { user, sessionId: session.id, change, at, ...more });
  const invitation = { session, generation, from: starter ?? session.creator, at };
  switch (event.type) {
    case 'MembersInvited':
      return event.users.map((user) => publish(InviteParticipant, { ...invitation, user, expiresAt: event.expiresAt }));
    case 'DeviceAdmitted':
      return [publish(InviteParticipant, { ...invitation, user: event.user, admitted: event.device, expiresAt: event.expiresAt })];
    case 'SessionEstablished':
      return starter === null ? [] : [tell(starter, 'established', { generation, members: rosterOf(after) })];
    case 'SessionEnded':
      return event.told.map((user) => tell(user, 'ended', { generation, reason: event.reason, members: rosterOf(after) }));
    case 'RosterTold':
      return event.told.map((user) => tell(user, 'members', { generation, members: rosterOf(after) }));
    case 'LeaverTold':
      return [tell(event.user, 'members', { generation, members: rosterOf(after) })];
    case 'LateComerTold':
      return [tell(event.user, 'ended', { generation: event.generation, reason: event.reason })];
    case 'MessageRelayed':
      return relayed(event, session);
    default:
      return [];
  }
}

function relayed({ message, recipients }: Extract<FocusEvent, { type: 'MessageRelayed' }>, session: NonNullable<Focus['session']>): readonly Reaction[] {
  // Only the sender's copy names all recipients: with each of theirs the cost of a message would grow by the square of the group.
  const passed = recipients.map((user) => publish(PassChatMessage, { user, sessionId: session.id, message: { ...message, to: [user] } }));
  if (mediaType(message.contentType) === COMPOSING_TYPE) return passed;
  const other = session.participants.find((user) => user !== message.from) ?? session.creator;
  const party = session.kind === 'one-to-one' ? other : session.conversationId;
  return [publish(DepositObject, { user: message.from, direction: 'Out', party, message }), ...passed];
}

function journalOf(event: FocusEvent): JourneyEntry | undefined {
  const { at } = event;
  switch (event.type) {
    case 'RoundStarted':
      return { at, step: 'session started', reason: `round ${event.generation}` };
    case 'SessionEstablished':
      return { at, step: 'session established' };
    case 'SessionEnded':
      return { at, step: 'session ended', reason: event.reason };
    default:
      return undefined;
  }
}

/** The focus of a session: id `creator|sessionId`. */
export const focus = defineAggregate<FocusCommand, Focus, FocusEvent>({
  name: 'focus',
  decider: focusDecider,
  react: (event, after) => react(event, after),
  ownerOf,
  messageOf,
  timersOf: ({ idleAt, rosterAt = null }) => ({ ...(idleAt !== null && { inactivity: idleAt }), ...(rosterAt !== null && { roster: rosterAt }) }),
  whenDue: (timer, { now, policy }) => ({ type: timer === 'roster' ? 'TellRoster' : 'EndIfIdle', now, policy }),
  journalOf: (event) => journalOf(event),
  isOpen: ({ active }) => active,
  removableAt: (state) =>
    state.active || (state.session?.kind === 'long-lived-group' && belonging(state).length > 1) ? undefined : state.touchedAt + KEPT_MS,
});
