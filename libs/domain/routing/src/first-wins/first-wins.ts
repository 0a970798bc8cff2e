import type { DeviceId, FocusEnd } from '@cpm/vocabulary';
import type { Decider } from '@cpm/runtime-decider';

/** Why nobody can win any more. */
export type Closing = FocusEnd | 'unavailable';

/**
 * Something offered to several devices of one user that only one may take: a session invitation, a file, or the right to go on
 * after several devices answered by themselves.
 */
export type Contest =
  | { readonly stage: 'open' }
  | { readonly stage: 'won'; readonly device: DeviceId }
  | { readonly stage: 'declined'; readonly device: DeviceId }
  | { readonly stage: 'closed'; readonly reason: Closing };

export type ContestCommand =
  | { readonly type: 'Claim'; readonly device: DeviceId }
  | { readonly type: 'Decline'; readonly device: DeviceId }
  | { readonly type: 'Close'; readonly reason: Closing }
  | { readonly type: 'Reopen' };

export type ContestEvent =
  | { readonly type: 'Won'; readonly device: DeviceId }
  | { readonly type: 'Declined'; readonly device: DeviceId }
  | { readonly type: 'Closed'; readonly reason: Closing }
  | { readonly type: 'Reopened' };

export const OPEN_CONTEST: Contest = { stage: 'open' };

/**
 * CPM-MLD-007a, CPM-MLD-008a, CPM-MLD-020, CPM-MLD-026: whoever comes first in the log of the user decides; whoever comes later changes nothing.
 */
export const firstWins: Decider<ContestCommand, Contest, ContestEvent> = {
  initial: OPEN_CONTEST,
  decide: (command, contest) => {
    if (command.type === 'Reopen') return contest.stage === 'open' ? [] : [{ type: 'Reopened' }];
    if (contest.stage !== 'open') return [];
    switch (command.type) {
      case 'Claim':
        return [{ type: 'Won', device: command.device }];
      case 'Decline':
        return [{ type: 'Declined', device: command.device }];
      case 'Close':
        return [{ type: 'Closed', reason: command.reason }];
    }
  },
  evolve: (_contest, event) => {
    switch (event.type) {
      case 'Won':
        return { stage: 'won', device: event.device };
      case 'Declined':
        return { stage: 'declined', device: event.device };
      case 'Closed':
        return { stage: 'closed', reason: event.reason };
      case 'Reopened':
        return OPEN_CONTEST;
    }
  },
};

/** How a decided contest looks to one of the devices. */
export type Standing = 'winner' | 'accepted-elsewhere' | 'decliner' | 'rejected-elsewhere' | Closing;

/** Undefined while the contest is open. */
export function standingOf(contest: Contest, device: DeviceId): Standing | undefined {
  switch (contest.stage) {
    case 'open':
      return undefined;
    case 'won':
      return contest.device === device ? 'winner' : 'accepted-elsewhere';
    case 'declined':
      return contest.device === device ? 'decliner' : 'rejected-elsewhere';
    case 'closed':
      return contest.reason;
  }
}
