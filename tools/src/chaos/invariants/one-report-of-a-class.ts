import { classOf, requestFor } from '@cpm/vocabulary';
import type { Seen } from '../seen.js';
import type { Invariant, Violation } from './invariant.js';

/** A device of the sender is told once of each class, recipient by recipient, and of nothing that was not asked for. A replayed frame has the cursor of the first. */
export const oneReportOfAClass: Invariant = {
  name: 'one report of each class',
  broken: (seen) => [...repeated(seen), ...unasked(seen)],
};

function repeated(seen: Seen): Omit<Violation, 'invariant'>[] {
  const groups = Map.groupBy(seen.of('reported'), ({ id, device, recipient, status }) => `${device}|${id}|${recipient}|${classOf(status)}`);
  return [...groups.values()].flatMap((reports) => {
    const [first] = reports;
    const cursors = new Set(reports.map(({ cursor }) => cursor));
    if (!first || cursors.size === 1) return [];
    return [{ about: first.id, what: `${first.device} was told ${reports.map(({ status }) => status).join(', ')} of ${first.recipient} at cursors ${[...cursors].join(', ')}` }];
  });
}

function unasked(seen: Seen): Omit<Violation, 'invariant'>[] {
  return seen.of('reported').flatMap(({ id, status, recipient }) => {
    const submission = seen.submission(id);
    if (!submission || submission.requested.includes(requestFor(status))) return [];
    return [{ about: id, what: `${status} of ${recipient} was told, which nobody had asked for` }];
  });
}
