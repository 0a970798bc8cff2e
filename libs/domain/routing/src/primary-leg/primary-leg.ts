import type { AccessState } from '@cpm/vocabulary';
import type { DevicePreference } from '../fan-out/device-preference.js';
import type { LegSituation } from '../fan-out/plan-leg.js';
import type { LegReason } from '../delivery/leg.js';
import { plan, type LegPlan } from '../delivery/leg-plan.js';
import { primaryCell, type PrimaryCell } from './primary-leg.policy.js';
import { smsFitOf } from './sms-fit.js';

const NO_ACCESS = plan('DEFER', 'no-access');
const SERVED_ELSEWHERE = plan('DEFER', 'immediate-delivery-off');
const UCN_DISABLED = plan('DEFER', 'ucn-disabled');
const AWAIT_IP = plan('HOLD', 'ip-preference');
const AS_SMS = plan('SMS', 'text-fits-sms');
const SMS_UNCERTAIN = plan('DEFER', 'sms-unknown');
const UCN_SENT = plan('DEFER', 'ucn-delivered');
const UCN_UNCERTAIN = plan('DEFER', 'ucn-unknown');

/** How often a text may be submitted whose outcome stayed unknown. */
const TRIES_BY_UNKNOWN_OUTCOME = { drop: 1, 'retry-once': 2 } as const;

export interface PrimaryWithoutIp {
  readonly situation: LegSituation;
  readonly preference: DevicePreference | undefined;
  readonly ip: AccessState;
}

/** CPM-MLD-028: what happens at once with the Primary's leg when IP is not there, whatever a Secondary got, unless policy says otherwise. */
export function planPrimaryWithoutIp({ situation, preference, ip }: PrimaryWithoutIp): LegPlan {
  const { access, device, leg, policy, now } = situation;
  // Nothing is worth awaiting from a device that has no CPM registration.
  const held = device.registered && access.holdUntil !== null && access.holdUntil > now;
  const cell = primaryCell({ ip, cs: access.cs, held });
  // Whether to wait does not depend on the content, so its text is not counted before it matters.
  const wait = cell.other;
  if (wait === 'DEFER') return NO_ACCESS;
  if (preference?.quietUntil) return plan('DEFER', 'quiet-hours', preference.quietUntil);
  if (situation.secondaryServed && !policy['primary.immediateDelivery']) return SERVED_ELSEWHERE;
  if (leg.refused?.revision === access.revision) return plan('DEFER', leg.refused.reason);
  if (wait === 'HOLD') return AWAIT_IP;
  if ((wait === 'TRY_UCN' || wait === 'TRY_DEFER') && !leg.tried) return trying(situation);
  if (wait === 'TRY_DEFER') return NO_ACCESS;
  return overCs(situation, { cell, fit: textFit(situation, preference) });
}

function overCs({ leg, policy, now }: LegSituation, { cell, fit }: { readonly cell: PrimaryCell; readonly fit: LegReason }): LegPlan {
  if (leg.failures && leg.failures.until > now) return plan('DEFER', leg.failures.reason, leg.failures.until);
  const action = fit === 'text-fits-sms' ? cell.fits : cell.other;
  if (action === 'SMS' || action === 'TRY_SMS') {
    return leg.uncertain < TRIES_BY_UNKNOWN_OUTCOME[policy['sms.onUnknownOutcome']] ? AS_SMS : SMS_UNCERTAIN;
  }
  if (!policy['ucn.enabled']) return UCN_DISABLED;
  if (leg.notified) return UCN_SENT;
  return leg.uncertain === 0 ? plan('UCN', fit) : UCN_UNCERTAIN;
}

/** A user who wants notifications only gets a UCN for a text as well. */
function textFit({ message, policy, binding }: LegSituation, preference: DevicePreference | undefined): LegReason {
  return preference?.mode === 'notify' ? 'preference' : smsFitOf(message, policy, binding);
}

/** The wait for a live connection goes on from where it began. */
function trying({ leg, now, policy }: LegSituation): LegPlan {
  const running = leg.state === 'HELD' && leg.reason === 'trying-cpm';
  return plan('HOLD', 'trying-cpm', running ? leg.dueAt : now + policy['ip.pushTimeoutSec'] * 1000);
}
