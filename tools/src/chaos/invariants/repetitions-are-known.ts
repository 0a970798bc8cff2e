import type { Invariant } from './invariant.js';

/** The same submission under the same id is never taken for another one. That nobody answers is no fault: its sender may ask again. */
export const repetitionsAreKnown: Invariant = {
  name: 'repetitions are known',
  broken: (seen) => seen.of('repeated').filter(({ answer }) => answer.startsWith('4')).map(({ id, answer }) => ({ about: id, what: `once more, it was answered with ${answer}` })),
};
