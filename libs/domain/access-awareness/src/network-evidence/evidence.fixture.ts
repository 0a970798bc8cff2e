import { AccessObserved, AccessRestated } from '@cpm/contracts-access-awareness';
import type { NetworkEvidence } from './network-evidence.js';

export const RECEIVED = Date.parse('2026-03-02T09:30:00Z');
export const EVENT = '2026-03-02T09:20:00Z';
export const MSISDN = '4915110000001';

/** Evidence and restatements of one body as lines: `[device] access state confidence [until …] [because …]`, `restated …`, `ignored …`. */
export function linesOf({ observed, restated, ignored }: NetworkEvidence): string[] {
  for (const each of observed) expect(AccessObserved.schema.parse(each)).toEqual(each);
  for (const each of restated) expect(AccessRestated.schema.parse(each)).toEqual(each);
  const ending = ({ validUntil, cause }: { validUntil?: number | undefined; cause?: string | undefined }) =>
    [...(validUntil === undefined ? [] : ['until', new Date(validUntil).toISOString().slice(11, 19)]), ...(cause === undefined ? [] : ['because', cause])];
  return [
    ...observed.map((each) => [...(each.device === undefined ? [] : [each.device]), each.access, each.state, each.confidence, ...ending(each)].join(' ')),
    ...restated.map((each) => ['restated', ...(each.state === undefined ? [] : [each.state]), ...(each.except ? ['except', ...each.except] : []), ...ending(each)].join(' ')),
    ...ignored.map(({ reason }) => `ignored ${reason}`),
  ];
}
