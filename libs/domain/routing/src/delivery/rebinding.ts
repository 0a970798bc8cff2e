import type { RebindDelivery } from '@cpm/contracts-routing';
import type { Deliberation } from './deliberation.js';
import { isFinal } from './leg.js';
import { reconsider } from './reconsider.js';

/** It was decided how the recipient takes part in the session: whoever waited for that gets the message, or does not. */
export function rebind(deliberation: Deliberation, { binding, sessionId }: RebindDelivery): void {
  const { state, now } = deliberation;
  if (state.binding === null || state.message.sessionId !== sessionId) return;
  deliberation.record({ type: 'Rebound', binding });
  reconsider(deliberation);
  const { legs } = deliberation.state;
  if (binding.refused !== 'declined' || deliberation.isDelivered || state.failed || state.overdue || legs.some((leg) => !isFinal(leg))) return;
  deliberation.prove({ status: 'failed', via: 'IP', permitted: true, at: now });
}
