import type { EventOf, JourneyLine } from '../history.js';
import type { Seen } from '../seen.js';
import type { Invariant } from './invariant.js';

/** A message that a device got after one that was submitted when it had been accepted already. */
export interface Overtaken {
  readonly id: string;
  readonly by: string;
  readonly device: string;
}

/** Forms of a leg that is not served over IP now; reports in a journey have others. */
const LATER: ReadonlySet<string> = new Set(['HOLD', 'DEFER', 'SMS', 'UCN']);

/**
 * One sender's messages to one recipient, or in one group, come to a device in the order in which they were accepted. Those under way at the same
 * time have no order. Nor has what waited for the device because it had no IP: it comes when it can, and its journey says so.
 */
export const inOrder: Invariant = {
  name: 'messages come in order',
  broken: (seen) => {
    const journeys = new Map(seen.of('journey').map(({ id, lines }) => [id, lines]));
    return overtaken(seen).filter(({ id, device }) => !hadWaited(journeys.get(id), device)).map(({ id, by, device }) => ({ about: id, what: `${by}, submitted after it was accepted, came first to ${device}` }));
  },
};

/** By device and line of messages; what was received only once it had been overtaken. */
export function overtaken(seen: Seen): readonly Overtaken[] {
  const acceptedAt = new Map(seen.of('accepted').map(({ id, at }) => [id, at]));
  const latest = new Map<string, EventOf<'submitted'>>();
  const found: Overtaken[] = [];
  for (const { id, device } of firstReceptions(seen)) {
    const submission = seen.submission(id);
    if (!submission) continue;
    const line = `${device}|${submission.sender}|${submission.kind}|${submission.session ?? submission.recipients.join()}`;
    const before = latest.get(line);
    if (before && before.at > (acceptedAt.get(id) ?? Number.POSITIVE_INFINITY)) found.push({ id, by: before.id, device });
    if (!before || submission.at > before.at) latest.set(line, submission);
  }
  return found;
}

export function firstReceptions(seen: Seen): readonly EventOf<'received'>[] {
  const known = new Set<string>();
  return seen.of('received').filter(({ id, device }) => !known.has(`${device}|${id}`) && known.add(`${device}|${id}`));
}

/** At some time it was decided that the message comes to this device later, or as a text of the phone network instead. */
function hadWaited(lines: readonly JourneyLine[] = [], device: string): boolean {
  return lines.some((line) => line.device === device && LATER.has(line.form ?? ''));
}
