import type { AccessState, SessionBinding } from '@cpm/vocabulary';
import type { Leg } from '../delivery/leg.js';
import { plan, type LegPlan } from '../delivery/leg-plan.js';
import type { LegSituation } from './plan-leg.js';

const PENDING = plan('DEFER', 'invitation-pending');
const NOT_IN_SESSION = plan('SKIP', 'not-in-session');
const ACTIVE_ELSEWHERE = plan('SKIP', 'active-elsewhere');
const DECLINED = plan('SKIP', 'session-declined');

/**
 * CPM-MLD-026, CPM-MLD-028: what taking part in the session means for a chat message on one device; undefined where it means nothing and the device
 * is served like with any other message. That Secondaries answered by themselves never keeps a Primary without IP from its SMS.
 */
export function partInSession({ device, leg, policy }: LegSituation, ip: AccessState, binding: SessionBinding): LegPlan | undefined {
  if (binding.refused !== 'no') return DECLINED;
  if (binding.joined.includes(device.id)) return undefined;
  if (leg.role === 'primary' && ip !== 'AVAILABLE') return binding.byUser && !policy['primary.smsDuringActiveSession'] ? ACTIVE_ELSEWHERE : undefined;
  if (isOwed(leg)) return undefined;
  if (binding.undecided.includes(device.id)) return PENDING;
  return binding.others === 'all' ? undefined : NOT_IN_SESSION;
}

/** The Primary was without IP when the message came: what was kept for it is not lost because IP is back. */
function isOwed({ role, state, reason }: Leg): boolean {
  return role === 'primary' && state !== 'PLANNED' && reason !== 'invitation-pending';
}
