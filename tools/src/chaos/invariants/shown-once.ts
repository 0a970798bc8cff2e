import type { Invariant } from './invariant.js';

/** A client hands a message to its application once, whatever comes over the wire and however often it was submitted. */
export const shownOnce: Invariant = {
  name: 'shown once',
  broken: (seen) => [...Map.groupBy(seen.of('received'), ({ id, device }) => `${device}|${id}`).values()].flatMap((all) => {
    const [first] = all;
    return first && all.length > 1 ? [{ about: first.id, what: `${first.device} showed it ${all.length} times` }] : [];
  }),
};
