import { count, type Count } from '@cpm/metrics';
import type { DeliveryEvent } from './delivery.js';

/** Legs by how content goes and why, and offers. */
export function countsOfDelivery(event: DeliveryEvent): readonly Count[] {
  switch (event.type) {
    case 'LegMoved':
      return [count('cpm_legs_total', { role: event.leg.role, form: event.leg.form, reason: event.leg.reason })];
    case 'MessageOffered':
      return [count('cpm_messages_offered_total', { outcome: event.unreachable ? 'unreachable' : 'accepted' })];
    default:
      return [];
  }
}
