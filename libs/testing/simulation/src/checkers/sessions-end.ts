import type { Checker } from './checker.js';
import { fociOf, participationsOf } from './routing-state.js';

/** With nobody speaking every session is closed, nobody is in one that is over, nothing rings for ever, and nothing waits for an answer that cannot come. */
export const sessionsEnd: Checker = {
  name: 'sessions end',
  atEnd: true,
  check: ({ stores, history }) => [
    ...[...fociOf(stores).values()].flatMap(({ id, state }) => (state.active ? [`${id} is still active`] : [])),
    ...[...participationsOf(stores).values()].flatMap(({ id, state: { status, legs, unsettled, ringsUntil, session } }) => {
      // Nobody is left to end what an erased user began.
      if (history.of('erased').some(({ user }) => user === session?.creator)) return [];
      const live = legs.filter(({ state }) => state === 'WAITING' || state === 'RINGING' || state === 'JOINED').map(({ device, state }) => `${device} ${state}`);
      if (status === 'invited' || status === 'joined' || live.length > 0 || ringsUntil !== null) return [`${id} is still ${status}: ${live.join()}`];
      return unsettled.length > 0 ? [`${id} still owes ${unsettled.join()}`] : [];
    }),
  ],
};
