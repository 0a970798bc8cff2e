import { Owing } from '../owing.js';
import type { Invariant } from './invariant.js';

/** What was accepted reaches every device that it is due at, as SMS where it may, and is reported where that was asked for. */
export const everySubmissionArrives: Invariant = {
  name: 'every accepted submission arrives',
  broken: ({ events }) => {
    const owing = new Owing();
    for (const event of events) owing.follow(event);
    return owing.accepted().map(({ submission: { id, kind }, submittedAt, missing }) => ({
      about: id, what: `${kind}, submitted ${new Date(submittedAt).toISOString()}, misses ${missing.join(', ')}`,
    }));
  },
};
