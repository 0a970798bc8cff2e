import type { SessionEnd, SessionMember } from '@cpm/vocabulary';
import type { Participation, ParticipationCommand } from './participation.js';
import type { Round } from './round.js';

/**
 * CPM-MLD-011: the user's store learns how the session stands for him when he or one of his devices comes or goes, when it ends for him, and when the
 * focus tells what became of the others; not with every message.
 */
export function keepSession(round: Round, before: Participation, command: ParticipationCommand): void {
  const { state } = round;
  if (state.status === 'none' || state.status === 'invited') return;
  const members = toldMembers(command, state);
  if (members === undefined && standingOf(state) === standingOf(before)) return;
  const ended = state.status === 'joined' ? null : (state.ended ?? { at: round.now, reason: whyEnded(state, command) });
  round.record({ type: 'SessionKept', revision: state.kept + 1, ended, ...(members && { members }) });
}

function toldMembers(command: ParticipationCommand, { generation }: Participation): readonly SessionMember[] | undefined {
  return command.type === 'Update' && command.update.generation === generation ? command.update.members : undefined;
}

function standingOf({ generation, status, legs }: Participation): string {
  return JSON.stringify([generation, status, ...legs.flatMap(({ device, state, joinedAt }) => (joinedAt === null ? [] : [device, state]))]);
}

function whyEnded({ status, contest }: Participation, command: ParticipationCommand): SessionEnd {
  if (status === 'declined') return 'rejected';
  if (status === 'missed') return contest.stage === 'closed' ? contest.reason : 'expired';
  return command.type === 'Update' ? (command.update.reason ?? 'left') : 'left';
}
