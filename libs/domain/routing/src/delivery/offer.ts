import { serviceOf } from '@cpm/vocabulary';
import type { OfferMessage } from '@cpm/contracts-routing';
import { planLeg } from '../fan-out/plan-leg.js';
import { contend } from '../file-offer/acceptance.js';
import type { Profile } from '../profile/profile.js';
import { Deliberation } from './deliberation.js';
import { initialOf, type Circumstances, type Delivery, type DeliveryEvent, type Unreachable } from './delivery.js';
import { follow } from './follow-plan.js';
import { plannedLeg } from './leg.js';
import { revoke } from './revocation.js';

/** A message for one recipient: its legs are planned, Secondaries first, so that the Primary's leg knows what they got. */
export function offerMessage(offer: OfferMessage, circumstances: Circumstances, known: Delivery): readonly DeliveryEvent[] {
  const { message } = offer;
  if (known.stage === 'offered') return known.message.from === message.from ? [] : [refusal(offer)];
  const { now, profile } = circumstances;
  const unreachable = now >= message.expiresAt ? 'expired' : unreachableBecause(profile);
  const event = { type: 'MessageOffered', offer, unreachable } as const;
  const deliberation = new Deliberation(initialOf(event), circumstances);
  deliberation.record(event);
  if (unreachable) {
    deliberation.prove({ status: 'failed', via: unreachable === 'expired' ? 'EXPIRY' : 'IP', permitted: true, at: now });
    if (deliberation.state.contest) endUnreachable(deliberation, unreachable === 'expired' ? 'expired' : 'unavailable');
    return deliberation.conclude();
  }
  if (known.revocation?.sender === message.from) {
    // Taken back on a shorter way than it came.
    revoke(deliberation, known.revocation);
    return deliberation.conclude();
  }
  planRole(deliberation, 'secondary');
  planRole(deliberation, 'primary');
  if (offer.binding?.refused === 'declined') deliberation.prove({ status: 'failed', via: 'IP', permitted: true, at: now });
  return deliberation.conclude();
}

/** Nobody was asked, and nobody is any more: its sender, who may yet take it back, is told the same again. */
function endUnreachable(deliberation: Deliberation, reason: 'expired' | 'unavailable'): void {
  contend(deliberation, { type: 'Close', reason });
  deliberation.record({ type: 'OfferEnded', reason });
}

function planRole(deliberation: Deliberation, role: 'primary' | 'secondary'): void {
  for (const device of deliberation.profile.devices) {
    if (device.role !== role) continue;
    const leg = plannedLeg(device.id, role, deliberation.now);
    const situation = deliberation.situationOf(leg);
    if (situation) follow(deliberation, leg, planLeg(situation));
  }
}

function unreachableBecause({ version, removed, devices }: Profile): Unreachable | null {
  if (version === 0) return 'unknown-subscriber';
  if (removed) return 'subscriber-removed';
  return devices.length === 0 ? 'no-device' : null;
}

/** Message ids are unique per sender: another sender's message of the same id cannot be told apart here. */
function refusal({ message }: OfferMessage): DeliveryEvent {
  return { type: 'OfferRefused', sender: message.from, originDevice: message.originDevice, service: serviceOf(message), requested: message.dispositionNotification };
}
