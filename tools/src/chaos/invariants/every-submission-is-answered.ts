import type { Invariant } from './invariant.js';

/** A sender learns whether it was taken: one whose submission hangs to the end waits for a system that takes nothing any more. */
export const everySubmissionIsAnswered: Invariant = {
  name: 'every submission is answered',
  broken: (seen) => {
    const answered = new Set([...seen.of('accepted'), ...seen.of('refused')].map(({ id }) => id));
    return seen.of('submitted').filter(({ id }) => !answered.has(id)).map(({ id, kind }) => ({ about: id, what: `${kind} without an answer` }));
  },
};
