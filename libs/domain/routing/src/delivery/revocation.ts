import type { RevokeMessage } from '@cpm/contracts-routing';
import { cancelOffer } from '../file-offer/cancel-offer.js';
import type { Deliberation } from './deliberation.js';
import type { OfferedDelivery, RevocationOutcome } from './delivery.js';
import { isFinal, isPushed, isTextToStop, type Leg } from './leg.js';

/** The sender takes a message, or the offer of a file, back; he is told the outcome, the same again for a repetition. */
export function revoke(deliberation: Deliberation, revocation: RevokeMessage): void {
  if (deliberation.state.contest !== null) {
    if (revocation.sender === deliberation.state.message.from) cancelOffer(deliberation);
    return;
  }
  const outcome = outcomeOf(deliberation.state, revocation);
  if (outcome === 'revoked' && !deliberation.state.revoked) takeBack(deliberation);
  deliberation.record({ type: 'RevocationAnswered', revocation, outcome, at: deliberation.now });
}

/** Somebody else's message is as good as unknown to him. */
function outcomeOf(state: OfferedDelivery, { sender }: RevokeMessage): RevocationOutcome {
  if (sender !== state.message.from) return 'unknown';
  return !state.revoked && isTooLate(state) ? 'too-late' : 'revoked';
}

/** Something of it was delivered, or may have been: a text that left cannot be recalled. */
function isTooLate({ delivered, interworked, legs }: OfferedDelivery): boolean {
  return delivered || interworked || legs.some(({ state, uncertain }) => state === 'SMS_SUBMITTED' || state === 'UCN_DELIVERED' || uncertain > 0);
}

function takeBack(deliberation: Deliberation): void {
  const { legs } = deliberation.state;
  deliberation.record({ type: 'DeliveryRevoked', pushedTo: legs.filter(({ pushed }) => pushed).map(({ device }) => device) });
  for (const leg of legs) if (!isFinal(leg)) endLeg(deliberation, leg);
}

function endLeg(deliberation: Deliberation, leg: Leg): void {
  const { device, attempt } = leg;
  if (isPushed(leg)) deliberation.withdraw(device);
  deliberation.move(leg, { state: 'REVOKED', reason: 'revoked', ucn: null });
  if (isTextToStop(leg)) deliberation.record({ type: 'TextCancelled', device, attempt, reason: 'revoked' });
}
