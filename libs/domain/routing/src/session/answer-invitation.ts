import type { DeviceId } from '@cpm/vocabulary';
import type { ActInSession, ActionOutcome } from '@cpm/contracts-routing';
import { standingOf } from '../first-wins/first-wins.js';
import { refused, tooLate } from '../first-wins/refusal.js';
import { deviceOf } from '../profile/profile.js';
import { isUndecided } from './participation.js';
import type { Round } from './round.js';

const OK: ActionOutcome = { status: 'ok' };

/** What a device does about the session; it is told what came of it, the same again for a repetition. */
export function act(round: Round, { act: what, device, failure, commandId }: ActInSession): void {
  const outcome = outcomeOf(round, { what, device, failure });
  if (round.state.status !== 'none') round.settle();
  round.record({ type: 'ActionAnswered', commandId, outcome });
}

interface Action {
  readonly what: ActInSession['act'];
  readonly device: DeviceId;
  readonly failure: ActInSession['failure'];
}

function outcomeOf(round: Round, { what, device, failure }: Action): ActionOutcome {
  if (round.state.status === 'none') return refused('unknown-session');
  if (!deviceOf(round.profile, device)) return refused('unknown-device');
  switch (what) {
    case 'accept':
      return accept(round, device);
    case 'reject':
      return reject(round, device, failure);
    case 'leave':
      return leave(round, device);
    case 'restart':
      return restart(round, device);
  }
}

/** What a device is told that comes after another one, or after the end; undefined where it is neither. */
function whyTooLate({ state, profile }: Round, device: DeviceId): ActionOutcome | undefined {
  const { contest, status } = state;
  if (status === 'left') return refused('left');
  const standing = standingOf(contest, device);
  if (standing === undefined || standing === 'winner' || standing === 'decliner') return undefined;
  return tooLate(standing, contest, profile);
}

function accept(round: Round, device: DeviceId): ActionOutcome {
  const late = whyTooLate(round, device);
  if (late) return late;
  const standing = standingOf(round.state.contest, device);
  if (standing === 'decliner') return refused('rejected-elsewhere');
  if (standing === 'winner') return round.state.status === 'joined' ? OK : refused('not-running');
  respond(round, device);
  return OK;
}

/**
 * CPM-MLD-007a, CPM-MLD-026: the user is on this device now. Devices that still ring are told that it was accepted elsewhere, those that had answered by
 * themselves that it was answered elsewhere.
 */
export function respond(round: Round, device: DeviceId): void {
  if (!round.contend({ type: 'Claim', device })) return;
  round.join(device, { reason: 'accepted' });
  round.endLegs((leg) => leg.device !== device, { reason: 'accepted-elsewhere', ofJoined: 'answered-elsewhere', by: device });
  if (round.state.status === 'joined') return;
  round.enter('joined');
  round.record({ type: 'FocusTold', said: 'joined' });
}

/** CPM-MLD-008a: a user's no is for all his devices; a device that is busy or fails speaks for itself only. */
function reject(round: Round, device: DeviceId, failure: ActInSession['failure']): ActionOutcome {
  const late = whyTooLate(round, device);
  if (late) return late;
  const standing = standingOf(round.state.contest, device);
  if (standing === 'winner') return refused('already-accepted');
  if (standing === 'decliner') return OK;
  if (failure !== undefined) {
    round.endLegs((leg) => leg.device === device && isUndecided(leg), { reason: 'unavailable' });
    if (round.state.status === 'invited' && !round.state.legs.some(isUndecided)) missed(round, 'unavailable');
    return OK;
  }
  round.contend({ type: 'Decline', device });
  round.endLegs((leg) => leg.device === device, { reason: 'rejected' });
  round.endLegs(() => true, { reason: 'rejected-elsewhere', by: device });
  round.enter('declined');
  round.record({ type: 'FocusTold', said: 'declined' });
  return OK;
}

/** Nobody answered and nobody will. */
export function missed(round: Round, reason: 'expired' | 'unavailable'): void {
  round.contend({ type: 'Close', reason });
  round.endLegs(isUndecided, { reason });
  round.enter('missed');
  round.record({ type: 'FocusTold', said: 'missed' });
}

/** Leaving is the user's, on all his devices, and for good. */
function leave(round: Round, device: DeviceId): ActionOutcome {
  const { status } = round.state;
  if (status === 'left') return OK;
  round.contend({ type: 'Close', reason: 'left' });
  round.endLegs((leg) => leg.device === device, { reason: 'left' });
  round.endLegs(() => true, { reason: 'left-elsewhere', by: device });
  round.enter('left');
  round.record({ type: 'FocusTold', said: 'left' });
  // What has not reached him yet is not for him any more.
  if (round.binding.refused === 'left' && round.underWay.length > 0) round.record({ type: 'MessagesSettled', messageIds: round.underWay, binding: round.binding });
  return OK;
}

function restart(round: Round, device: DeviceId): ActionOutcome {
  const { status, session } = round.state;
  if (session?.kind !== 'long-lived-group') return refused('not-restartable');
  if (status === 'left') return refused('left');
  if (status === 'declined') return refused('rejected-elsewhere');
  round.record({ type: 'FocusTold', said: 'restart', device });
  return OK;
}
