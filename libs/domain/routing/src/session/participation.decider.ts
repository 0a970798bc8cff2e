import { COMPOSING_TYPE, mediaType, type DeviceId, type Message } from '@cpm/vocabulary';
import type { InviteParticipant, SendChatMessage, UpdateParticipant } from '@cpm/contracts-routing';
import type { Decider } from '@cpm/runtime-decider';
import { deviceOf } from '../profile/profile.js';
import { act, missed, respond } from './answer-invitation.js';
import { keepSession } from './keep-session.js';
import { evolveParticipation, isUndecided, joinedDevices, NO_PARTICIPATION, type Participation, type ParticipationCommand, type ParticipationEvent } from './participation.js';
import { ringAll } from './ring.js';
import { Round } from './round.js';

/** A user's part in one session: who rings, who answers, what is said. */
export const participationDecider: Decider<ParticipationCommand, Participation, ParticipationEvent> = {
  initial: NO_PARTICIPATION,
  decide: (command, stored) => {
    // What an earlier version stored lacks what has come since.
    const state = { ...NO_PARTICIPATION, ...stored };
    const round = new Round(state, command);
    follow(round, command);
    keepSession(round, state, command);
    return round.conclude({ type: 'Touched' });
  },
  evolve: evolveParticipation,
};

function follow(round: Round, command: ParticipationCommand): void {
  switch (command.type) {
    case 'Invite':
      invite(round, command.invitation);
      return;
    case 'Update':
      update(round, command.update);
      return;
    case 'Act':
      act(round, command.action);
      return;
    case 'Send':
      send(round, command.sent);
      return;
    case 'Take':
      take(round, command.message);
      return;
    case 'Reconsider':
      reconsider(round);
      return;
    case 'StopRinging':
      stopRinging(round);
  }
}

/** A round begins: the first, or another of a long-lived group. Who left for good is not asked again. */
function invite(round: Round, invitation: InviteParticipant): void {
  const { state } = round;
  if (state.session && state.session.creator !== invitation.session.creator) return;
  if (invitation.generation === state.generation && invitation.admitted !== undefined) {
    joinRunning(round, invitation.admitted);
    return;
  }
  if (invitation.generation <= state.generation || state.status === 'left' || state.status === 'declined') return;
  round.record({ type: 'Invited', invitation });
  const { admitted } = invitation;
  if (admitted !== undefined) {
    round.contend({ type: 'Claim', device: admitted });
    round.move(admitted, 'JOINED', { reason: invitation.from === round.user ? 'started' : 'accepted' });
    if (invitation.generation > 1) round.record({ type: 'DeviceTold', device: admitted, what: 'established' });
    round.enter('joined');
    return;
  }
  ringAll(round);
  joinOrMiss(round);
}

/** The session was running already when the device asked to restart it. */
function joinRunning(round: Round, device: DeviceId): void {
  const { status, contest } = round.state;
  if (status === 'missed') round.contend({ type: 'Reopen' });
  if (status === 'missed' || ((status === 'invited' || status === 'joined') && contest.stage === 'open')) respond(round, device);
  else if (status === 'joined') round.join(device, { reason: 'accepted' });
  round.settle();
}

/** What the devices made of it: one answered by itself, or none can ever be reached. */
function joinOrMiss(round: Round): void {
  if (round.state.status !== 'invited') return;
  if (joinedDevices(round.state).length > 0) {
    round.enter('joined');
    round.record({ type: 'FocusTold', said: 'joined' });
  } else if (!round.state.legs.some(isUndecided)) missed(round, 'unavailable');
}

function reconsider(round: Round): void {
  const { status, contest, ringsUntil } = round.state;
  if (contest.stage !== 'open' || ringsUntil === null || ringsUntil <= round.now || (status !== 'invited' && status !== 'joined')) return;
  ringAll(round);
  joinOrMiss(round);
  round.settle();
}

/** Devices that answered by themselves stay in until somebody responds or the session ends. */
function stopRinging(round: Round): void {
  const { status, ringsUntil } = round.state;
  if (ringsUntil === null || ringsUntil > round.now) return;
  if (status === 'invited') missed(round, 'expired');
  else round.endLegs(isUndecided, { reason: 'expired' });
  round.settle();
}

function update(round: Round, { generation, change, reason = 'left' }: UpdateParticipant): void {
  const { status } = round.state;
  if (generation !== round.state.generation || (status !== 'invited' && status !== 'joined')) {
    if (change === 'ended' && generation === round.state.generation && status === 'missed') round.enter('ended');
    return;
  }
  if (change === 'members') return;
  if (change === 'established') {
    for (const device of joinedDevices(round.state)) round.record({ type: 'DeviceTold', device, what: 'established' });
    return;
  }
  round.contend({ type: 'Close', reason });
  round.endLegs(() => true, { reason });
  round.enter('ended');
  round.settle();
}

/**
 * CPM-MLD-026: the first message of a user, or where policy says so that he is writing, is his response. What he says is passed on even from a
 * device that has lost: it is his.
 */
function send(round: Round, { message }: SendChatMessage): void {
  const { status } = round.state;
  const { originDevice } = message;
  const composing = isComposing(message);
  if (status === 'none' || status === 'left' || status === 'declined') {
    if (!composing) round.record({ type: 'MessageRefused', message });
    return;
  }
  const responds = !composing || (round.policy['autoAnswer.responseTrigger'] === 'COMPOSING' && round.legOf(originDevice)?.state === 'JOINED');
  if (responds && deviceOf(round.profile, originDevice)) speakFrom(round, originDevice);
  round.record({ type: 'MessageSent', message });
  round.settle();
}

/** Who speaks is there: on the first device that does so, and on another one when the first has lost its connection. */
function speakFrom(round: Round, device: DeviceId): void {
  const { contest, status } = round.state;
  if (contest.stage === 'won' && contest.device !== device && status === 'joined' && !round.isReachable(contest.device)) round.contend({ type: 'Reopen' });
  if (round.state.contest.stage === 'open') respond(round, device);
}

function take(round: Round, message: Message): void {
  const { status } = round.state;
  if (isComposing(message)) {
    const devices = joinedDevices(round.state);
    if (devices.length > 0) round.record({ type: 'ComposingTaken', message, devices });
    return;
  }
  const { binding } = round;
  // Who left a group gets nothing of it; two people who talk lose no word because one has just hung up.
  if (status === 'none' || (status === 'left' && binding.group)) return;
  round.record({ type: 'MessageTaken', message, binding, undecided: binding.undecided.length > 0 });
  round.settle();
}

function isComposing({ contentType }: Message): boolean {
  return mediaType(contentType) === COMPOSING_TYPE;
}
