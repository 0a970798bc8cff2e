import type { EventOf } from '../history.js';
import type { Invariant } from './invariant.js';

const ELSEWHERE = '409 accepted-elsewhere';

/** Of the devices that accept an invitation or a file at once one is told that it was first; the others, that another was. */
export const oneWinner: Invariant = {
  name: 'one winner',
  broken: (seen) => [...Map.groupBy(seen.of('answered'), ({ id }) => id)].flatMap(([id, answers]) => {
    const winners = new Set(answers.filter(({ outcome }) => outcome === 'ok').map(({ device }) => device));
    if (winners.size > 1) return [{ about: id, what: `${[...winners].join(' and ')} were each told to be first` }];
    if (winners.size === 1 || !isDecidedWithoutWinner(answers)) return [];
    return [{ about: id, what: `all ${answers.length} devices were told that another was first` }];
  }),
};

/** Where one was not answered, it may be the winner. */
function isDecidedWithoutWinner(answers: readonly EventOf<'answered'>[]): boolean {
  return answers.length > 1 && answers.every(({ outcome }) => outcome.startsWith(ELSEWHERE));
}

/** Invitations and files that had exactly one winner whom the others were told of. */
export function contestsWon(answers: readonly EventOf<'answered'>[]): number {
  return [...Map.groupBy(answers, ({ id }) => id).values()].filter((all) => new Set(all.filter(({ outcome }) => outcome === 'ok').map(({ device }) => device)).size === 1).length;
}
