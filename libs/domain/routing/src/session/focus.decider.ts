import { COMPOSING_TYPE, mediaType, type CpmAddress, type DeviceId, type FocusEnd, type Message, type Policy } from '@cpm/vocabulary';
import type { ReportParticipation, StartSession } from '@cpm/contracts-routing';
import type { Decider } from '@cpm/runtime-decider';
import { belonging, evolveFocus, NO_FOCUS, type Focus, type FocusCommand, type FocusEvent, type MemberStatus } from './focus.js';
import { Recorder } from './recorder.js';

/** CPM-MLD-011: one focus per session, whoever starts or restarts it and from whichever device; it alone gives messages their order. */
export const focusDecider: Decider<FocusCommand, Focus, FocusEvent> = {
  initial: NO_FOCUS,
  decide: (command, state) => {
    const meeting = new Meeting(state, command);
    follow(meeting, command);
    noteRoster(meeting, state);
    return meeting.conclude({ type: 'Touched' });
  },
  evolve: evolveFocus,
};

/** One decision about a session. */
class Meeting extends Recorder<Focus, FocusEvent> {
  private readonly policy: Policy;

  constructor(state: Focus, { now, policy }: Pick<FocusCommand, 'now' | 'policy'>) {
    super(state, now, evolveFocus);
    this.policy = policy;
  }

  statusOf(user: CpmAddress): MemberStatus | undefined {
    return this.state.members[user]?.status;
  }

  get idleAt(): number {
    return this.now + this.policy['session.inactivitySec'] * 1000;
  }

  get ringsUntil(): number {
    return this.now + this.policy['session.inviteTtlSec'] * 1000;
  }
}

function follow(meeting: Meeting, command: FocusCommand): void {
  switch (command.type) {
    case 'Start':
      start(meeting, command.start);
      return;
    case 'Hear':
      hear(meeting, command.report);
      return;
    case 'Relay':
      relay(meeting, command.message);
      return;
    case 'EndIfIdle':
      if (meeting.state.active && meeting.state.idleAt !== null && meeting.state.idleAt <= meeting.now) end(meeting, 'inactivity');
      return;
    case 'TellRoster':
      tellRoster(meeting);
  }
}

const ROSTER_DELAY_MS = 2_000;
const ROSTER_DELAY_PER_MEMBER_MS = 100;

/**
 * CPM-MLD-011: what became of the members of a group is told to all of them some time later, with all that changed meanwhile: however large a group and
 * however it fills, that is at most one telling every 100 ms. Who is invited knows enough from the invitation.
 */
function noteRoster(meeting: Meeting, before: Focus): void {
  const { session, members, rosterAt = null, active } = meeting.state;
  if (session === null || session.kind === 'one-to-one' || before.session === null || rosterAt !== null || members === before.members || (before.active && !active)) return;
  meeting.record({ type: 'RosterChanged', dueAt: meeting.now + Math.max(ROSTER_DELAY_MS, Object.keys(members).length * ROSTER_DELAY_PER_MEMBER_MS) });
}

function tellRoster(meeting: Meeting): void {
  const { rosterAt = null, members, active } = meeting.state;
  if (rosterAt === null || rosterAt > meeting.now) return;
  meeting.record({ type: 'RosterTold', told: belonging(meeting.state).filter((user) => !active || members[user]?.status !== 'invited') });
}

/** The creator's own part begins with the request itself, so only the others are asked. */
function start(meeting: Meeting, { session }: StartSession): void {
  if (meeting.state.session) return;
  meeting.record({ type: 'RoundStarted', session, by: session.creator, generation: 1, idleAt: meeting.idleAt });
  meeting.record({ type: 'MemberChanged', user: session.creator, status: 'joined' });
  meeting.record({ type: 'MembersInvited', users: session.participants.filter((user) => user !== session.creator), expiresAt: meeting.ringsUntil });
}

function hear(meeting: Meeting, { user, generation, said, device }: ReportParticipation): void {
  const { session, active } = meeting.state;
  const status = meeting.statusOf(user);
  if (!session || status === undefined || status === 'left') return;
  if (said === 'restart') {
    if (device !== undefined && status !== 'declined') restart(meeting, user, device);
    return;
  }
  if (said === 'left') {
    leave(meeting, user);
    return;
  }
  if (generation !== meeting.state.generation || !active) {
    if (said === 'joined') meeting.record({ type: 'LateComerTold', user, generation, reason: meeting.state.endedBecause ?? 'left' });
    else if (said === 'declined') meeting.record({ type: 'MemberChanged', user, status: 'declined' });
    return;
  }
  meeting.record({ type: 'MemberChanged', user, status: said });
  if (said === 'joined' && !meeting.state.established && user !== meeting.state.starter) meeting.record({ type: 'SessionEstablished' });
  if (said === 'declined') endIfAlone(meeting, 'rejected');
  if (said === 'missed' && session.kind === 'one-to-one') end(meeting, 'expired');
}

function leave(meeting: Meeting, user: CpmAddress): void {
  const { session, established, active } = meeting.state;
  meeting.record({ type: 'MemberChanged', user, status: 'left' });
  if (session?.kind !== 'one-to-one') meeting.record({ type: 'LeaverTold', user });
  if (!active || !session) return;
  if (user === meeting.state.starter && !established) end(meeting, 'cancelled-by-sender');
  else endIfAlone(meeting, 'left');
}

function endIfAlone(meeting: Meeting, reason: FocusEnd): void {
  const { session } = meeting.state;
  if (session?.kind === 'one-to-one' || belonging(meeting.state).length < 2) end(meeting, reason);
}

function end(meeting: Meeting, reason: FocusEnd): void {
  const told = Object.entries(meeting.state.members).flatMap(([user, { status }]) => (status === 'joined' || status === 'invited' || status === 'missed' ? [user as CpmAddress] : []));
  meeting.record({ type: 'SessionEnded', reason, told });
}

/** Two restarts meet here: the second finds the session running and is joined to it. */
function restart(meeting: Meeting, by: CpmAddress, device: DeviceId): void {
  const { session, active, generation } = meeting.state;
  if (session?.kind !== 'long-lived-group') return;
  if (!active) {
    meeting.record({ type: 'RoundStarted', session, by, generation: generation + 1, idleAt: meeting.idleAt });
    meeting.record({ type: 'DeviceAdmitted', user: by, device, expiresAt: meeting.ringsUntil });
    meeting.record({ type: 'MembersInvited', users: belonging(meeting.state).filter((user) => user !== by), expiresAt: meeting.ringsUntil });
    return;
  }
  meeting.record({ type: 'DeviceAdmitted', user: by, device, expiresAt: meeting.ringsUntil });
  if (!meeting.state.established && by !== meeting.state.starter) meeting.record({ type: 'SessionEstablished' });
}

/** What a member says reaches all that still belong to it, also when the session has just ended: content is never dropped. */
function relay(meeting: Meeting, message: Message): void {
  const { session, active } = meeting.state;
  const { from, originDevice } = message;
  const status = meeting.statusOf(from);
  if (!session || status === undefined || status === 'left' || status === 'declined') return;
  // A keystroke brings nobody together again.
  if (!active && mediaType(message.contentType) === COMPOSING_TYPE) return;
  if (!active && session.kind === 'long-lived-group') restart(meeting, from, originDevice);
  // Of two people the other is still meant when he has hung up; his own part knows whether he wants it.
  const recipients = (session.kind === 'one-to-one' ? session.participants : belonging(meeting.state)).filter((user) => user !== from);
  meeting.record({ type: 'MessageRelayed', message: { ...message, to: [...recipients] }, recipients, idleAt: meeting.idleAt });
}
