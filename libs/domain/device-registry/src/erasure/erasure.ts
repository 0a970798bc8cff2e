import type { UserErased } from '@cpm/contracts-device-registry';
import { EraseUser } from '@cpm/contracts-device-registry';
import { answer, defineAggregate, publish, SERVICES, type Decider, type Reaction, type ServiceName } from '@cpm/runtime-decider';
import type { CpmAddress, Instant } from '@cpm/vocabulary';
import { revocation } from '../device-identity/revocations.js';

/** What services were still telling one another in the first round is erased in the second. */
const ERASURE_ROUNDS = 2;
/** By then it has arrived. */
export const BETWEEN_ROUNDS_MS = 120_000;

/** The erasure of a user: under way until every service has erased what it keeps of him, twice. Nothing else about him is in it. */
export interface UserErasure {
  readonly erasureId: string | null;
  readonly round: number;
  /** Services that have not said yet that they are done with this round. */
  readonly pending: readonly ServiceName[];
  readonly askedAt: Instant;
  /** When the next round begins. */
  readonly dueAt: Instant | null;
  readonly doneAt: Instant | null;
}

type ErasureCommand =
  | { readonly type: 'Ask'; readonly commandId: string; readonly now: Instant }
  | { readonly type: 'NoteErased'; readonly told: UserErased; readonly now: Instant }
  | { readonly type: 'BeginRound'; readonly now: Instant };

type ErasureEvent =
  | { readonly type: 'ErasureBegun'; readonly erasureId: string; readonly at: Instant }
  | { readonly type: 'ErasureAnswered'; readonly commandId: string }
  | { readonly type: 'ServiceDone'; readonly service: ServiceName }
  | { readonly type: 'RoundEnded'; readonly dueAt: Instant }
  | { readonly type: 'RoundBegun'; readonly at: Instant }
  | { readonly type: 'ErasureEnded'; readonly at: Instant };

export function isErasing({ erasureId, doneAt }: UserErasure): boolean {
  return erasureId !== null && doneAt === null;
}

export const erasureDecider: Decider<ErasureCommand, UserErasure, ErasureEvent> = {
  initial: { erasureId: null, round: 0, pending: [], askedAt: 0, dueAt: null, doneAt: null },

  decide(command, state) {
    switch (command.type) {
      case 'Ask': {
        const answered: ErasureEvent = { type: 'ErasureAnswered', commandId: command.commandId };
        return isErasing(state) ? [answered] : [{ type: 'ErasureBegun', erasureId: command.commandId, at: command.now }, answered];
      }
      case 'NoteErased':
        return noteErased(command.told, state, command.now);
      case 'BeginRound':
        return state.dueAt === null ? [] : [{ type: 'RoundBegun', at: command.now }];
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'ErasureBegun':
        return { erasureId: event.erasureId, round: 1, pending: SERVICES, askedAt: event.at, dueAt: null, doneAt: null };
      case 'ServiceDone':
        return { ...state, pending: state.pending.filter((service) => service !== event.service) };
      case 'RoundEnded':
        return { ...state, dueAt: event.dueAt };
      case 'RoundBegun':
        return { ...state, round: state.round + 1, pending: SERVICES, dueAt: null };
      case 'ErasureEnded':
        return { ...state, doneAt: event.at };
      case 'ErasureAnswered':
        return state;
    }
  },
};

function noteErased({ erasureId, round, service }: UserErased, state: UserErasure, now: Instant): readonly ErasureEvent[] {
  if (!isErasing(state) || erasureId !== state.erasureId || round !== state.round || !state.pending.includes(service)) return [];
  const done: ErasureEvent = { type: 'ServiceDone', service };
  if (state.pending.length > 1) return [done];
  return [done, state.round < ERASURE_ROUNDS ? { type: 'RoundEnded', dueAt: now + BETWEEN_ROUNDS_MS } : { type: 'ErasureEnded', at: now }];
}

/** What was asked for and how far it is; its id is the CPM Address of the user. */
export const erasure = defineAggregate<ErasureCommand, UserErasure, ErasureEvent>({
  name: 'erasure',
  decider: erasureDecider,
  ownerOf: (id) => id,
  survivesErasure: true,
  react(event, after, { id, now }): readonly Reaction[] {
    switch (event.type) {
      case 'ErasureBegun':
        return [revocation({ user: id as CpmAddress, which: event.erasureId, at: now }), eraseUser(id as CpmAddress, after, now)];
      case 'RoundBegun':
        return [eraseUser(id as CpmAddress, after, now)];
      case 'ErasureAnswered':
        return [answer(event.commandId, after)];
      default:
        return [];
    }
  },
  timersOf: ({ dueAt }) => (dueAt === null ? {} : { round: dueAt }),
  whenDue: (_timer, { now }) => ({ type: 'BeginRound', now }),
});

function eraseUser(user: CpmAddress, { erasureId, round }: UserErasure, at: Instant): Reaction {
  return publish(EraseUser, { user, erasureId: erasureId ?? '', round, at });
}
