import type { DeviceId, SessionEnd } from '@cpm/vocabulary';
import type { Deliberation } from '../delivery/deliberation.js';
import { isFinal, isPushed, isTaking, isTextToStop, ucnOf, type Leg, type LegReason } from '../delivery/leg.js';
import { firstWins, OPEN_CONTEST, type ContestCommand } from '../first-wins/first-wins.js';

/** Puts a question to the contest of an offer; whether it was decided by that. */
export function contend(deliberation: Deliberation, command: ContestCommand): boolean {
  const decisions = firstWins.decide(command, deliberation.state.contest ?? OPEN_CONTEST);
  for (const decision of decisions) deliberation.record({ type: 'ContestDecided', decision });
  return decisions.length > 0;
}

/**
 * CPM-MLD-020: a device takes the file, and the offer is withdrawn from the others. One that takes it by itself (`auto`) does not end the leg of a
 * Primary that nothing over IP can reach.
 */
export function takeOffer(deliberation: Deliberation, leg: Leg, { auto }: { readonly auto: boolean }): void {
  const { device, attempt } = leg;
  if (leg.state !== 'ACCEPTED') {
    deliberation.move(leg, { state: 'ACCEPTED', form: 'FULL', reason: auto ? 'auto-accepted' : 'accepted', ucn: null, notified: isNotified(leg) });
    if (isTextToStop(leg)) deliberation.record({ type: 'TextCancelled', device, attempt, reason: 'accepted' });
  }
  deliberation.record({ type: 'OfferAccepted', device, auto });
  const keep = (other: Leg) => other.device === device || (auto && other.role === 'primary' && !isPushed(other));
  withdrawFrom(deliberation, keep, { reason: 'accepted-elsewhere', by: device });
}

function isNotified(leg: Leg): boolean {
  return leg.notified || ucnOf(leg) !== null;
}

export interface Withdrawal {
  readonly reason: Extract<LegReason, SessionEnd>;
  readonly by?: DeviceId;
}

/** Takes an offer back from every device that still has it, and tells those that saw it. */
export function withdrawFrom(deliberation: Deliberation, keep: (leg: Leg) => boolean, { reason, by }: Withdrawal): void {
  const told: DeviceId[] = [];
  for (const leg of deliberation.state.legs) {
    if (isFinal(leg) || isTaking(leg) || keep(leg)) continue;
    const { device, attempt } = leg;
    const justNow = deliberation.unpush(device);
    if (leg.pushed && !justNow) told.push(device);
    deliberation.move(leg, { state: 'WITHDRAWN', reason, ucn: null, notified: isNotified(leg) });
    if (isTextToStop(leg) || ucnOf(leg) === 'UCN_REQUESTED') deliberation.record({ type: 'TextCancelled', device, attempt, reason });
  }
  if (told.length > 0) deliberation.record({ type: 'OfferWithdrawn', devices: told, reason, ...(by !== undefined && { by }) });
}
