import type { Invariant } from './invariant.js';

/** The bytes of a file are those that were offered. */
export const filesAreWhole: Invariant = {
  name: 'files are whole',
  broken: (seen) => seen.of('fetched').flatMap(({ id, device, sha256 }) => {
    const offered = seen.submission(id)?.sha256;
    return offered === sha256 ? [] : [{ about: id, what: `${device} has ${sha256}, offered was ${offered ?? 'nothing'}` }];
  }),
};
