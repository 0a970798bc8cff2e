import type { Deliberation } from './deliberation.js';
import type { LegPlan } from './leg-plan.js';
import { ucnOf, type Leg, type LegState } from './leg.js';

const WAITING_STATE = { DEFER: 'DEFERRED', HOLD: 'HELD' } as const satisfies Partial<Record<LegPlan['form'], LegState>>;

/** Brings a leg to what was planned for it; a leg that already waits so stays as it is. */
export function follow(deliberation: Deliberation, leg: Leg, { form, reason, until }: LegPlan): void {
  switch (form) {
    case 'FULL':
    case 'NOTIFY':
      pushTo(deliberation, leg, { form, reason, until });
      return;
    case 'SMS':
    case 'UCN': {
      const attempt = leg.attempt + 1;
      deliberation.move(leg, { state: form === 'SMS' ? 'SMS_REQUESTED' : 'UCN_REQUESTED', form, reason, attempt });
      deliberation.record({ type: 'TextRequested', form, device: leg.device, attempt });
      return;
    }
    case 'DEFER':
    case 'HOLD': {
      const state = WAITING_STATE[form];
      if (leg.state === state && leg.reason === reason && leg.dueAt === until) return;
      deliberation.move(leg, { state, form, reason, dueAt: until, tried: leg.tried || reason === 'ip-preference' });
      return;
    }
    case 'SKIP':
      deliberation.move(leg, { state: 'SKIPPED', form, reason });
  }
}

/** Only the Primary has another way to go, so only its push has to be answered in time. */
function pushTo(deliberation: Deliberation, leg: Leg, { form, reason }: LegPlan): void {
  const { now, policy } = deliberation;
  const ucn = ucnOf(leg);
  const dueAt = leg.role === 'primary' ? now + policy['ip.pushTimeoutSec'] * 1000 : null;
  deliberation.move(leg, { state: ucn ? 'CONTENT_PUSHED' : 'PUSHED', form, reason, dueAt, pushed: true, ucn });
  deliberation.push(leg.device, form);
}
