import type { CpmAddress, DeviceId, Instant, Message, Policy, SessionBinding, SessionEnd, SessionHead, SessionMember } from '@cpm/vocabulary';
import type { ActInSession, ActionOutcome, InviteParticipant, ReportParticipation, SendChatMessage, UpdateParticipant } from '@cpm/contracts-routing';
import { firstWins, OPEN_CONTEST, type Contest, type ContestEvent } from '../first-wins/first-wins.js';
import type { Profile } from '../profile/profile.js';

/**
 * One device in one round of a session. WAITING: not reachable yet; RINGING: asked; JOINED: takes part;
 * PASSED: it does not ring any more; LEFT: it took part.
 */
export interface SessionLeg {
  readonly device: DeviceId;
  readonly state: 'WAITING' | 'RINGING' | 'JOINED' | 'PASSED' | 'LEFT' | 'SKIPPED';
  readonly reason: string;
  readonly joinedAt: Instant | null;
  readonly leftAt: Instant | null;
}

export type ParticipationStatus = 'invited' | 'joined' | 'left' | 'declined' | 'missed' | 'ended';

/** A user's part in a session, in his own log. */
export interface Participation {
  readonly status: 'none' | ParticipationStatus;
  readonly session: SessionHead | null;
  /** Who asked for this round: the creator, or who restarted it. */
  readonly from: CpmAddress | null;
  /** Counts the starts of the session; 0 before the first. */
  readonly generation: number;
  readonly contest: Contest;
  readonly legs: readonly SessionLeg[];
  /** Until when devices ring, epoch ms; null when none does. */
  readonly ringsUntil: Instant | null;
  /** Ids of messages that came while it was open which devices they are for. */
  readonly unsettled: readonly string[];
  readonly touchedAt: Instant;
  /** When this round began; unknown of one that an earlier version began. */
  readonly startedAt?: Instant;
  /** When and why it ended for him. */
  readonly ended: { readonly at: Instant; readonly reason: SessionEnd } | null;
  /** How often his store was told of this round. */
  readonly kept: number;
}

export const NO_PARTICIPATION: Participation = {
  status: 'none', session: null, from: null, generation: 0, contest: OPEN_CONTEST, legs: [], ringsUntil: null, unsettled: [], touchedAt: 0, ended: null, kept: 0,
};

export interface ParticipationCircumstances {
  readonly now: Instant;
  readonly policy: Policy;
  readonly profile: Profile;
  readonly user: CpmAddress;
  /** Messages of any kind that are still on their way to him; known where he acts. */
  readonly underWay: readonly string[];
}

export type ParticipationCommand = ParticipationCircumstances &
  (
    | { readonly type: 'Invite'; readonly invitation: InviteParticipant }
    | { readonly type: 'Update'; readonly update: UpdateParticipant }
    | { readonly type: 'Act'; readonly action: ActInSession }
    | { readonly type: 'Send'; readonly sent: SendChatMessage }
    | { readonly type: 'Take'; readonly message: Message }
    | { readonly type: 'Reconsider' }
    | { readonly type: 'StopRinging' }
  );

export type ParticipationEvent = { readonly at: Instant } & (
  | { readonly type: 'Invited'; readonly invitation: InviteParticipant }
  | { readonly type: 'LegMoved'; readonly leg: SessionLeg }
  /** The frame to show for a leg: it rings, is in, or is not any more. */
  | { readonly type: 'DeviceTold'; readonly device: DeviceId; readonly what: 'invited' | 'established' | 'cancelled' | 'closed'; readonly reason?: SessionEnd; readonly by?: DeviceId }
  | { readonly type: 'ContestDecided'; readonly decision: ContestEvent }
  | { readonly type: 'StatusChanged'; readonly status: ParticipationStatus }
  | { readonly type: 'FocusTold'; readonly said: ReportParticipation['said']; readonly device?: DeviceId }
  | { readonly type: 'MessageSent'; readonly message: Message }
  | { readonly type: 'MessageRefused'; readonly message: Message }
  | { readonly type: 'MessageTaken'; readonly message: Message; readonly binding: SessionBinding; readonly undecided: boolean }
  | { readonly type: 'ComposingTaken'; readonly message: Message; readonly devices: readonly DeviceId[] }
  | { readonly type: 'MessagesSettled'; readonly messageIds: readonly string[]; readonly binding: SessionBinding }
  | { readonly type: 'SessionKept'; readonly revision: number; readonly ended: Participation['ended']; readonly members?: readonly SessionMember[] }
  | { readonly type: 'ActionAnswered'; readonly commandId: string; readonly outcome: ActionOutcome }
  | { readonly type: 'Touched' }
);

export function evolveParticipation(state: Participation, event: ParticipationEvent): Participation {
  return { ...evolve(state, event), touchedAt: event.at };
}

function evolve(state: Participation, event: ParticipationEvent): Participation {
  switch (event.type) {
    case 'Invited': {
      const { session, from, generation, expiresAt, at: startedAt } = event.invitation;
      return { ...state, status: 'invited', session, from, generation, contest: OPEN_CONTEST, legs: [], ringsUntil: expiresAt, startedAt, ended: null, kept: 0 };
    }
    case 'LegMoved':
      return { ...state, legs: [...state.legs.filter(({ device }) => device !== event.leg.device), event.leg] };
    case 'ContestDecided':
      return { ...state, contest: firstWins.evolve(state.contest, event.decision), ringsUntil: null };
    case 'StatusChanged':
      return { ...state, status: event.status, ringsUntil: event.status === 'invited' || event.status === 'joined' ? state.ringsUntil : null };
    case 'MessageTaken':
      return event.undecided ? { ...state, unsettled: [...state.unsettled, event.message.id] } : state;
    case 'SessionKept':
      return { ...state, ended: event.ended, kept: event.revision };
    case 'MessagesSettled':
      return { ...state, unsettled: state.unsettled.filter((id) => !event.messageIds.includes(id)) };
    default:
      return state;
  }
}

/** Some device still rings, or would if it could be reached. */
export function isUndecided({ state }: SessionLeg): boolean {
  return state === 'WAITING' || state === 'RINGING';
}

export function joinedDevices({ legs }: Participation): readonly DeviceId[] {
  return legs.filter(({ state }) => state === 'JOINED').map(({ device }) => device);
}
