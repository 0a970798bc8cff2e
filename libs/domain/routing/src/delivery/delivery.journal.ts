import type { DecisionContext, JourneyEntry } from '@cpm/runtime-decider';
import type { Delivery, DeliveryEvent } from './delivery.js';
import type { Leg, LegState } from './leg.js';

const STEP: Readonly<Record<LegState, string>> = {
  PLANNED: 'planned',
  PUSHED: 'pushed over IP',
  HELD: 'held, waiting for IP',
  DEFERRED: 'deferred until access returns',
  SMS_REQUESTED: 'handed over to be sent as SMS',
  SMS_CANCELLING: 'SMS being stopped, IP is there',
  SMS_SUBMITTED: 'accepted by the SMSC as SMS',
  UCN_REQUESTED: 'notification handed over to be sent as SMS',
  UCN_SUBMITTED: 'notification accepted by the SMSC',
  UCN_DELIVERED: 'notification delivered, content still owed',
  CONTENT_PUSHED: 'original pushed over IP in place of its notification',
  ACCEPTED: 'file accepted',
  INTERRUPTED: 'transfer broken off, waiting for the device to go on',
  WITHDRAWN: 'offer withdrawn',
  DELIVERED: 'delivered',
  DISPLAYED: 'displayed',
  EXPIRED: 'expired',
  REVOKED: 'revoked',
  SKIPPED: 'not delivered to this device',
};

/** One line of the journey for every leg decision and every outcome. */
export function journalOfDelivery(event: DeliveryEvent, { now: at }: DecisionContext, after: Delivery): JourneyEntry | undefined {
  switch (event.type) {
    case 'MessageOffered':
      return event.unreachable ? { at, step: 'not deliverable to this recipient', reason: event.unreachable } : { at, step: 'accepted for this recipient' };
    case 'OfferRefused':
      return { at, step: 'offer refused', reason: 'message-id-used-by-another-sender' };
    case 'AccessFollowed':
      return { at, step: `access: ${event.role === 'primary' ? `CS ${event.cs}, ` : ''}IP ${event.ip}`, device: event.device, reason: event.because };
    case 'LegMoved':
      return legLine(event.leg, after, at);
    case 'PrimaryChanged':
      return { at, step: 'leg of the Primary moved to the new Primary', device: event.to, reason: 'primary-changed' };
    case 'PushUnanswered':
      return { at, step: 'push not acknowledged in time', device: event.device, reason: 'push-timeout' };
    case 'TextCancelled':
      return { at, step: 'SMS to be cancelled', device: event.device, reason: event.reason };
    case 'ReportIgnored':
      return { at, step: `report "${event.status}" ignored`, device: event.device, reason: event.reason };
    case 'OfferEnded':
      return { at, step: 'file transfer ended', reason: event.reason };
    case 'DeliveryExpired':
      return { at, step: 'message expired' };
    case 'RevocationAnswered':
      return { at, step: 'revocation answered', reason: event.outcome };
    default:
      return undefined;
  }
}

function legLine(leg: Leg, after: Delivery, at: number): JourneyEntry {
  const { device, form, reason } = leg;
  return { at, step: stepOf(leg, after), device, form, reason };
}

/** A file is offered before it is given, and a chat message may wait for a person rather than for access. */
function stepOf({ state, reason }: Leg, after: Delivery): string {
  if (state === 'DEFERRED' && reason === 'invitation-pending') return 'deferred until the invitation is answered';
  const contest = after.stage === 'offered' ? after.contest : null;
  if (contest?.stage === 'open' && state === 'PUSHED') return 'offered over IP';
  if (contest?.stage === 'open' && state === 'CONTENT_PUSHED') return 'offered over IP in place of its notification';
  return STEP[state];
}
