import type { SessionBinding } from '@cpm/vocabulary';
import type { RebindDelivery } from '@cpm/contracts-routing';
import type { Deliberation } from './deliberation.js';
import { planLeg } from '../fan-out/plan-leg.js';
import { follow } from './follow-plan.js';
import { isFinal } from './leg.js';
import { reconsider } from './reconsider.js';

/** It was decided how the recipient takes part in the session: whoever waited for that gets the message, or does not. */
export function rebind(deliberation: Deliberation, { binding, sessionId }: RebindDelivery): void {
  const { state, now } = deliberation;
  if (state.binding === null || state.message.sessionId !== sessionId) return;
  deliberation.record({ type: 'Rebound', binding });
  reconsider(deliberation);
  letIn(deliberation, binding);
  const { legs } = deliberation.state;
  if (binding.refused !== 'declined' || deliberation.isDelivered || state.failed || state.overdue || legs.some((leg) => !isFinal(leg))) return;
  deliberation.prove({ status: 'failed', via: 'IP', permitted: true, at: now });
}

/** A device that was left out when the message came, because it had said that it is busy for one, is the one its user answered from after all. */
function letIn(deliberation: Deliberation, { joined, others }: SessionBinding): void {
  const { state, now } = deliberation;
  if (state.overdue || now >= state.message.expiresAt) return;
  for (const leg of state.legs) {
    if (leg.state !== 'SKIPPED' || leg.reason !== 'not-in-session' || !(others === 'all' || joined.includes(leg.device))) continue;
    const situation = deliberation.situationOf(leg);
    const plan = situation && planLeg(situation);
    if (plan && plan.form !== 'SKIP') follow(deliberation, leg, plan);
  }
}
