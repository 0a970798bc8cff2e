import { deviceOf } from '../profile/profile.js';
import type { Deliberation } from './deliberation.js';
import { contend, takeOffer } from '../file-offer/acceptance.js';
import type { LegPlan } from './leg-plan.js';
import { ucnOf, type Leg, type LegState } from './leg.js';

const WAITING_STATE = { DEFER: 'DEFERRED', HOLD: 'HELD' } as const satisfies Partial<Record<LegPlan['form'], LegState>>;

/** Brings a leg to what was planned for it; a leg that already waits so stays as it is. */
export function follow(deliberation: Deliberation, leg: Leg, { form, reason, until }: LegPlan): void {
  if (form !== 'SKIP' && isTakenElsewhere(deliberation, leg, form)) {
    if (leg.state !== 'WITHDRAWN') deliberation.move(leg, { state: 'WITHDRAWN', form: 'SKIP', reason: 'accepted-elsewhere' });
    return;
  }
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

/** A Primary without IP is owed a file even when another device took it by itself. */
function isTakenElsewhere({ state: { contest } }: Deliberation, { device, role, state }: Leg, form: LegPlan['form']): boolean {
  if (contest?.stage !== 'won' || contest.device === device) return false;
  return role === 'secondary' || ((state === 'PLANNED' || state === 'WITHDRAWN') && form === 'FULL');
}

/** Only the Primary has another way to go, so only its push has to be answered in time. An offer waits for a person. */
function pushTo(deliberation: Deliberation, leg: Leg, { form, reason }: LegPlan): void {
  const { now, policy, state } = deliberation;
  if (state.contest?.stage === 'open' && takesFilesByItself(deliberation, leg)) {
    contend(deliberation, { type: 'Claim', device: leg.device });
    takeOffer(deliberation, leg, { auto: true });
    return;
  }
  const ucn = ucnOf(leg);
  const dueAt = leg.role === 'primary' && state.contest === null ? now + policy['ip.pushTimeoutSec'] * 1000 : null;
  deliberation.move(leg, { state: ucn ? 'CONTENT_PUSHED' : 'PUSHED', form, reason, dueAt, pushed: true, ucn });
  deliberation.push(leg.device, form);
}

function takesFilesByItself({ profile }: Deliberation, { device }: Leg): boolean {
  return deviceOf(profile, device)?.autoAnswer.fileTransfer ?? false;
}
