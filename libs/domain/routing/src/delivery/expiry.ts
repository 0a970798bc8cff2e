import { expireOffer } from '../file-offer/cancel-offer.js';
import type { Deliberation } from './deliberation.js';
import { isFinal, isPushed, isTextOnTheWay, type Leg } from './leg.js';

/** The message's life is over: nothing more is sent. An SMS that is on its way decides itself what became of its leg. */
export function expire(deliberation: Deliberation): void {
  const { state, now } = deliberation;
  if (state.overdue || state.revoked || now < state.message.expiresAt) return;
  deliberation.record({ type: 'DeliveryExpired' });
  expireOffer(deliberation);
  for (const leg of state.legs) if (!isFinal(leg)) expireLeg(deliberation, leg);
  failIfNothingCame(deliberation);
}

function expireLeg(deliberation: Deliberation, leg: Leg): void {
  if (isPushed(leg)) deliberation.withdraw(leg.device);
  if (!isTextOnTheWay(leg)) {
    deliberation.move(leg, { state: 'EXPIRED', reason: 'expired', ucn: null });
    return;
  }
  const { device, attempt } = leg;
  if (leg.state === 'CONTENT_PUSHED' && leg.ucn) deliberation.move(leg, { state: leg.ucn, form: 'UCN', reason: 'expired', ucn: null });
  if (leg.state === 'SMS_REQUESTED' || leg.state === 'UCN_REQUESTED') {
    deliberation.record({ type: 'TextCancelled', device, attempt, reason: 'expired' });
  }
}

/** The sender hears of a failure once nothing can arrive any more and nothing did. */
export function failIfNothingCame(deliberation: Deliberation): void {
  const { state, now } = deliberation;
  if (!state.overdue || deliberation.isOpen || deliberation.isDelivered || state.failed) return;
  // Who left a group is no recipient any more.
  if (state.binding?.refused === 'left') return;
  deliberation.prove({ status: 'failed', via: 'EXPIRY', permitted: true, at: now });
}
