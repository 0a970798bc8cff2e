import type { CpmAddress, DeviceId, Instant, Message, Policy, FocusEnd, SessionHead, SessionMember } from '@cpm/vocabulary';
import type { ReportParticipation, StartSession } from '@cpm/contracts-routing';

export type MemberStatus = SessionMember['status'];

/** The Controlling Function of a session, in its creator's log: who takes part, and in which order messages go. */
export interface Focus {
  readonly session: SessionHead | null;
  /** Counts the starts. */
  readonly generation: number;
  readonly active: boolean;
  /** Somebody joined whom this round asked. */
  readonly established: boolean;
  /** Who started this round. */
  readonly starter: CpmAddress | null;
  readonly members: Readonly<Record<string, { readonly status: MemberStatus; readonly since: Instant }>>;
  /** When the session is closed for want of messages, epoch ms. */
  readonly idleAt: Instant | null;
  readonly endedBecause: FocusEnd | null;
  /** When the members are told what became of the others, epoch ms; null when they know. */
  readonly rosterAt?: Instant | null;
  /** Messages so far. */
  readonly messages: number;
  readonly touchedAt: Instant;
}

export const NO_FOCUS: Focus = {
  session: null, generation: 0, active: false, established: false, starter: null, members: {}, idleAt: null, endedBecause: null, rosterAt: null, messages: 0, touchedAt: 0,
};

export type FocusCommand = { readonly now: Instant; readonly policy: Policy } & (
  | { readonly type: 'Start'; readonly start: StartSession }
  | { readonly type: 'Hear'; readonly report: ReportParticipation }
  | { readonly type: 'Relay'; readonly message: Message }
  | { readonly type: 'EndIfIdle' }
  | { readonly type: 'TellRoster' }
);

export type FocusEvent = { readonly at: Instant } & (
  | { readonly type: 'RoundStarted'; readonly session: SessionHead; readonly by: CpmAddress; readonly generation: number; readonly idleAt: Instant }
  | { readonly type: 'MembersInvited'; readonly users: readonly CpmAddress[]; readonly expiresAt: Instant }
  | { readonly type: 'DeviceAdmitted'; readonly user: CpmAddress; readonly device: DeviceId; readonly expiresAt: Instant }
  | { readonly type: 'MemberChanged'; readonly user: CpmAddress; readonly status: MemberStatus }
  | { readonly type: 'SessionEstablished' }
  | { readonly type: 'SessionEnded'; readonly reason: FocusEnd; readonly told: readonly CpmAddress[] }
  /** The session was over before the member's answer came. */
  | { readonly type: 'LateComerTold'; readonly user: CpmAddress; readonly generation: number; readonly reason: FocusEnd }
  | { readonly type: 'RosterChanged'; readonly dueAt: Instant }
  | { readonly type: 'RosterTold'; readonly told: readonly CpmAddress[] }
  /** Who leaves learns once more who stays. */
  | { readonly type: 'LeaverTold'; readonly user: CpmAddress }
  | { readonly type: 'MessageRelayed'; readonly message: Message; readonly recipients: readonly CpmAddress[]; readonly idleAt: Instant }
  | { readonly type: 'Touched' }
);

export function evolveFocus(state: Focus, event: FocusEvent): Focus {
  return { ...evolve(state, event), touchedAt: event.at };
}

function evolve(state: Focus, event: FocusEvent): Focus {
  switch (event.type) {
    case 'RoundStarted': {
      const { session, by: starter, generation, idleAt } = event;
      return { ...state, session, starter, generation, idleAt, active: true, established: false, endedBecause: null };
    }
    case 'MembersInvited':
      return { ...state, members: { ...state.members, ...withStatus(event.users, 'invited', event.at) } };
    case 'DeviceAdmitted':
      return { ...state, members: { ...state.members, ...withStatus([event.user], 'joined', event.at) } };
    case 'MemberChanged':
      return { ...state, members: { ...state.members, ...withStatus([event.user], event.status, event.at) } };
    case 'SessionEstablished':
      return { ...state, established: true };
    case 'SessionEnded':
      return { ...state, active: false, idleAt: null, endedBecause: event.reason, rosterAt: null };
    case 'RosterChanged':
      return { ...state, rosterAt: event.dueAt };
    case 'RosterTold':
      return { ...state, rosterAt: null };
    case 'MessageRelayed':
      return { ...state, messages: state.messages + 1, idleAt: state.active ? event.idleAt : null };
    default:
      return state;
  }
}

function withStatus(users: readonly CpmAddress[], status: MemberStatus, since: Instant): Focus['members'] {
  return Object.fromEntries(users.map((user) => [user, { status, since }]));
}

/** Who still belongs to it: explicit leave and decline are for good. */
export function belonging({ members }: Focus): readonly CpmAddress[] {
  return Object.entries(members).flatMap(([user, { status }]) => (status === 'left' || status === 'declined' ? [] : [user as CpmAddress]));
}

export function rosterOf({ members }: Focus): SessionMember[] {
  return Object.entries(members).map(([address, member]) => ({ address: address as CpmAddress, ...member }));
}
