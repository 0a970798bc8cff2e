import type { CpmAddress, Message } from '@cpm/vocabulary';
import { answer, defineAggregate, publish, type DecisionContext, type JourneyEntry, type Reaction } from '@cpm/runtime-decider';
import { PushFrame } from '@cpm/contracts-client-edge';
import { KeepSession } from '@cpm/contracts-message-store-sync';
import { DispositionEvidence } from '@cpm/contracts-report-aggregation';
import { OfferMessage, RebindDelivery, RelayChatMessage, ReportParticipation } from '@cpm/contracts-routing';
import { messageOf, ownerOf } from '../delivery/delivery-id.js';
import { nameOf } from '../first-wins/refusal.js';
import { profile, type Profile } from '../profile/profile.js';
import { participationDecider } from './participation.decider.js';
import { isUndecided, type Participation, type ParticipationCommand, type ParticipationEvent, type ParticipationStatus, type SessionLeg } from './participation.js';
import { composingFrame, endedFrame, establishedFrame, invitedFrame } from './session-frames.js';

type Context = DecisionContext<Profile>;
type Of<Type extends ParticipationEvent['type']> = Extract<ParticipationEvent, { type: Type }>;

export function participationId(user: CpmAddress, sessionId: string): string {
  return `${user}|${sessionId}`;
}

export function participationCircumstances({ now, policy, view, id, open }: Context) {
  return { now, policy, profile: view, user: ownerOf(id), underWay: open.map(({ id: deliveryId }) => messageOf(deliveryId)) };
}

/** How long a participation is remembered after the last that happened in it. */
const KEPT_MS = 30 * 86_400_000;

function react(event: ParticipationEvent, after: Participation, context: Context): readonly Reaction[] {
  const { now, id } = context;
  const user = ownerOf(id);
  switch (event.type) {
    case 'ActionAnswered':
      return [answer(event.commandId, event.outcome)];
    case 'DeviceTold':
      return deviceTold(event, after, context);
    case 'FocusTold':
      return focusTold(event, after, context);
    case 'MessageSent':
      return after.session ? [publish(RelayChatMessage, { creator: after.session.creator, sessionId: after.session.id, message: event.message })] : [];
    case 'MessageRefused':
      return refusal(event.message, after, now);
    case 'MessageTaken':
      return [publish(OfferMessage, { message: event.message, recipient: user, depositSentCopy: false, binding: event.binding })];
    case 'ComposingTaken':
      return [publish(PushFrame, composingFrame(event.message, { recipient: user, devices: event.devices, at: now }))];
    case 'MessagesSettled':
      return settled(event, after, context);
    case 'SessionKept':
      return kept(event, after, context);
    default:
      return [];
  }
}

function settled({ messageIds, binding }: Of<'MessagesSettled'>, { session }: Participation, { now: at, id }: Context): readonly Reaction[] {
  if (session === null) return [];
  return messageIds.map((messageId) => publish(RebindDelivery, { recipient: ownerOf(id), messageId, sessionId: session.id, binding, at }));
}

function kept({ revision, ended, members }: Of<'SessionKept'>, { session, from, generation, status, legs, touchedAt, startedAt = touchedAt }: Participation, { now: at, id }: Context): readonly Reaction[] {
  if (session === null || from === null || status === 'none' || status === 'invited') return [];
  const devices = legs.flatMap(({ device, joinedAt, leftAt }) => (joinedAt === null ? [] : [{ device, joinedAt, ...(leftAt !== null && { leftAt }) }]));
  const told = { ...(members && { members: [...members] }), ...(ended && { ended }) };
  return [publish(KeepSession, { user: ownerOf(id), session, generation, revision, from, status, devices, startedAt, at, ...told })];
}

function deviceTold({ device, what, reason = 'left', by }: Of<'DeviceTold'>, { session, from, ringsUntil }: Participation, context: Context): readonly Reaction[] {
  if (session === null || from === null) return [];
  const { now: at, policy, view, id } = context;
  const kept = at + policy['deferred.ttlSec'] * 1000;
  const to = { user: ownerOf(id), device, at, expiresAt: kept };
  switch (what) {
    case 'invited':
      return [publish(PushFrame, invitedFrame(session, { ...to, expiresAt: ringsUntil ?? kept }, from))];
    case 'established':
      return [publish(PushFrame, establishedFrame(session, to, { from, own: nameOf(view, device) }))];
    case 'cancelled':
    case 'closed':
      return [publish(PushFrame, endedFrame(session, to, { type: `session.${what}`, reason, by: by && nameOf(view, by) }))];
  }
}

function focusTold({ said, device }: Of<'FocusTold'>, { session, generation }: Participation, { now, id }: Context): readonly Reaction[] {
  if (session === null) return [];
  const report = { creator: session.creator, sessionId: session.id, user: ownerOf(id), generation, said, at: now };
  return [publish(ReportParticipation, device === undefined ? report : { ...report, device })];
}

/** He is not in the session (any more): nobody gets it, and he is told so for each. */
function refusal(message: Message, { session }: Participation, at: number): readonly Reaction[] {
  const others = session?.participants.filter((participant) => participant !== message.from) ?? [];
  return others.map((recipient) =>
    publish(DispositionEvidence, {
      messageId: message.id, sender: message.from, recipient, originDevice: message.originDevice, service: 'chat',
      requested: message.dispositionNotification, items: [{ status: 'failed', via: 'IP', permitted: true, at }],
    }));
}

const LEG_STEP: Readonly<Record<SessionLeg['state'], string>> = {
  WAITING: 'rings as soon as it has IP', RINGING: 'rings', JOINED: 'takes part', PASSED: 'rings no more', LEFT: 'takes part no more', SKIPPED: 'is not asked',
};

const STATUS_STEP: Readonly<Record<ParticipationStatus, string>> = {
  invited: 'asked', joined: 'joined the session', left: 'left the session', declined: 'declined', missed: 'did not answer', ended: 'the session ended',
};

function journalOf(event: ParticipationEvent): JourneyEntry | undefined {
  const { at } = event;
  switch (event.type) {
    case 'Invited':
      return { at, step: event.invitation.admitted === undefined ? 'invited to the session' : 'in the session', reason: `round ${event.invitation.generation}` };
    case 'LegMoved':
      return { at, step: LEG_STEP[event.leg.state], device: event.leg.device, reason: event.leg.reason };
    case 'StatusChanged':
      return { at, step: STATUS_STEP[event.status] };
    case 'ActionAnswered':
      return event.outcome.status === 'refused' ? { at, step: 'answer refused', reason: event.outcome.code } : undefined;
    case 'MessageRefused':
      return { at, step: 'message refused', reason: 'not-in-session' };
    default:
      return undefined;
  }
}

/** A user's part in a session: id `user|sessionId`. */
export const participation = defineAggregate<ParticipationCommand, Participation, ParticipationEvent, Profile>({
  name: 'participation',
  decider: participationDecider,
  react,
  ownerOf,
  messageOf,
  view: { aggregate: profile, idOf: ownerOf },
  timersOf: ({ ringsUntil, status, legs }) => (ringsUntil !== null && (status === 'invited' || legs.some(isUndecided)) ? { ringing: ringsUntil } : {}),
  whenDue: (_timer, context) => ({ type: 'StopRinging', ...participationCircumstances(context) }),
  journalOf: (event) => journalOf(event),
  // Only while it is open who answers does it matter which devices come up.
  isOpen: ({ status, ringsUntil }) => ringsUntil !== null && (status === 'invited' || status === 'joined'),
  removableAt: ({ status, session, touchedAt }) =>
    status === 'joined' || (session?.kind === 'long-lived-group' && status !== 'left' && status !== 'declined') ? undefined : touchedAt + KEPT_MS,
});
