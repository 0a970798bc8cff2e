import type { Deliberation } from '../delivery/deliberation.js';
import type { OfferedDelivery, OfferEnd } from '../delivery/delivery.js';
import { hasContent, isFinal, isTaking } from '../delivery/leg.js';
import { contend, withdrawFrom } from './acceptance.js';

/** The sender takes his file back: nothing is offered or goes on any more. What was transferred before stays so. */
export function cancelOffer(deliberation: Deliberation): void {
  const { legs, revoked } = deliberation.state;
  const ended = revoked ? 'cancelled-by-sender' : endOf(deliberation.state);
  if (ended) {
    deliberation.record({ type: 'OfferEnded', reason: ended });
    return;
  }
  contend(deliberation, { type: 'Close', reason: 'cancelled-by-sender' });
  const taking = legs.filter(isTaking);
  withdrawFrom(deliberation, () => false, { reason: 'cancelled-by-sender' });
  for (const leg of taking) deliberation.move(leg, { state: 'REVOKED', reason: 'cancelled-by-sender' });
  if (taking.length > 0) deliberation.record({ type: 'OfferWithdrawn', devices: taking.map(({ device }) => device), reason: 'cancelled-by-sender' });
  deliberation.record({ type: 'DeliveryRevoked', pushedTo: [] });
  deliberation.record({ type: 'OfferEnded', reason: 'cancelled-by-sender' });
}

/** How the transfer ended before; undefined while it may go on. */
function endOf({ legs, contest, overdue }: OfferedDelivery): OfferEnd | undefined {
  if (legs.some(hasContent)) return 'completed';
  if (contest?.stage === 'declined') return 'rejected';
  if (contest?.stage === 'closed' && contest.reason === 'unavailable') return 'unavailable';
  return overdue || contest?.stage === 'closed' ? 'expired' : undefined;
}

/** Nobody took the file in time, or who took it did not finish. */
export function expireOffer(deliberation: Deliberation): void {
  const { contest, legs } = deliberation.state;
  if (contest === null || contest.stage === 'declined' || contest.stage === 'closed') return;
  const waiting = legs.filter((leg) => !isFinal(leg) && leg.pushed).map(({ device }) => device);
  contend(deliberation, { type: 'Close', reason: 'expired' });
  if (waiting.length > 0) deliberation.record({ type: 'OfferWithdrawn', devices: waiting, reason: 'expired' });
  if (!legs.some(hasContent)) deliberation.record({ type: 'OfferEnded', reason: 'expired' });
}
