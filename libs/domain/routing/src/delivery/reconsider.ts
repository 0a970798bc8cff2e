import { planLeg } from '../fan-out/plan-leg.js';
import { retargetPrimary } from '../primary-leg/retarget.js';
import { effectiveIp } from '../primary-leg/effective-ip.js';
import type { DeviceId } from '@cpm/vocabulary';
import type { LegSituation } from '../fan-out/plan-leg.js';
import { accessOf, deviceOf } from '../profile/profile.js';
import type { Deliberation } from './deliberation.js';
import { follow } from './follow-plan.js';
import type { DeliveryEvent } from './delivery.js';
import type { LegPlan } from './leg-plan.js';
import { isFinal, isPushed, isTaking, isTextOnTheWay, mayAskBack, type Leg } from './leg.js';
import { interrupt, offerAgain } from '../file-offer/track-file.js';

/** Decides every open leg again. Once the message's life is over nothing new is sent. */
export function reconsider(deliberation: Deliberation): void {
  const { state, now } = deliberation;
  if (state.overdue || now >= state.message.expiresAt) return;
  retargetPrimary(deliberation);
  for (const role of ['secondary', 'primary'] as const) {
    for (const { device } of deliberation.state.legs) {
      // What an earlier leg did, accepting a file for one, may have changed this one.
      const leg = deliberation.legOf(device);
      if (leg?.role === role) redecide(deliberation, leg);
    }
  }
}

/** CPM-MLD-035: a change of access is told with what it made happen; one that made nothing happen is no part of the message's journey. */
export function accessFollowed({ profile }: Deliberation, id: DeviceId | undefined, events: readonly DeliveryEvent[]): readonly DeliveryEvent[] {
  const device = id && deviceOf(profile, id);
  if (!device || !events.some(({ type }) => type === 'LegMoved')) return [];
  const { ip, cs, because } = accessOf(profile, device.id);
  return because === undefined ? [] : [{ type: 'AccessFollowed', device: device.id, role: device.role, ip, cs, because }];
}

/** The wait of a leg is over: its push stayed unanswered, no connection came up, or quiet hours ended. */
export function endWait(deliberation: Deliberation, device: DeviceId): void {
  const leg = deliberation.legOf(device);
  const { now, state } = deliberation;
  if (!leg || leg.dueAt === null || leg.dueAt > now || now >= state.message.expiresAt) return;
  retargetPrimary(deliberation);
  if (deliberation.state !== state || !deviceOf(deliberation.profile, device)) {
    reconsider(deliberation);
    return;
  }
  if (leg.state === 'INTERRUPTED') {
    offerAgain(deliberation, device);
    return;
  }
  if (!isPushed(leg)) {
    redecide(deliberation, leg.state === 'HELD' ? { ...leg, tried: true } : leg);
    return;
  }
  deliberation.record({ type: 'PushUnanswered', device });
  redecide(deliberation, { ...leg, tried: true, textStays: true, doubted: accessOf(deliberation.profile, device).revision });
}

function redecide(deliberation: Deliberation, leg: Leg): void {
  if (isFinal(leg) || leg.state === 'SMS_CANCELLING') return;
  const situation = deliberation.situationOf(leg);
  if (!situation) {
    leaveDevice(deliberation, leg);
    return;
  }
  if (isTaking(leg)) {
    if (leg.state === 'ACCEPTED' && leg.fetching === null && effectiveIp(situation.device, situation.access, leg) === 'UNAVAILABLE') interrupt(deliberation, leg);
    return;
  }
  if (isPushed(leg)) {
    if (effectiveIp(situation.device, situation.access, leg) !== 'AVAILABLE') fallBack(deliberation, leg, situation);
    return;
  }
  const plan = planLeg(situation);
  if (leg.state === 'SMS_SUBMITTED') askBack(deliberation, leg, plan);
  else if (leg.state === 'HELD' || leg.state === 'DEFERRED') follow(deliberation, leg, plan);
  else if (plan.form === 'FULL' || plan.form === 'NOTIFY') returnToIp(deliberation, leg, plan);
}

/** IP went before the push was acknowledged. The frame must not reach the Primary any more, because the text may go as SMS. */
function fallBack(deliberation: Deliberation, leg: Leg, situation: LegSituation): void {
  if (leg.role === 'primary') deliberation.withdraw(leg.device);
  if (leg.state === 'CONTENT_PUSHED' && leg.ucn) {
    deliberation.move(leg, { state: leg.ucn, form: 'UCN', reason: 'ip-lost', ucn: null });
    return;
  }
  const plan = planLeg(situation);
  follow(deliberation, leg, plan.reason === 'no-ip' ? { ...plan, reason: 'ip-lost' } : plan);
}

/** CPM-MLD-035: an SMS that left is not followed by its copy over IP, unless the SMSC still has it and drops it: that is asked once of a leg. */
function askBack(deliberation: Deliberation, leg: Leg, { form }: LegPlan): void {
  if ((form !== 'FULL' && form !== 'NOTIFY') || leg.reason === 'ip-available' || !mayAskBack(leg)) return;
  deliberation.move({ ...leg, textStays: true }, { state: 'SMS_SUBMITTED', reason: 'ip-available' });
  deliberation.record({ type: 'TextCancelled', device: leg.device, attempt: leg.attempt, reason: 'ip-available' });
}

/** IP is there while a text is on its way: an SMS must be stopped first, a UCN is overtaken by its original, and dropped if the SMSC still has it. */
function returnToIp(deliberation: Deliberation, leg: Leg, plan: LegPlan): void {
  const { device, attempt } = leg;
  const asksBack = mayAskBack(leg);
  if (leg.state === 'SMS_REQUESTED') deliberation.move(leg, { state: 'SMS_CANCELLING', reason: 'ip-available' });
  else follow(deliberation, asksBack ? { ...leg, textStays: true } : leg, plan);
  if (asksBack || leg.state === 'SMS_REQUESTED' || leg.state === 'UCN_REQUESTED') deliberation.record({ type: 'TextCancelled', device, attempt, reason: 'ip-available' });
}

/** A text on its way goes to the subscription, not to the handset: it outlives the device, but not the subscriber. */
function leaveDevice(deliberation: Deliberation, leg: Leg): void {
  const { removed } = deliberation.profile;
  const reason = removed ? 'subscriber-removed' : 'device-removed';
  if (leg.pushed) deliberation.withdraw(leg.device);
  if (!isTextOnTheWay(leg)) {
    deliberation.move(leg, { state: 'SKIPPED', form: 'SKIP', reason, ucn: null });
    if (isTaking(leg) && !removed) offerAgain(deliberation, leg.device);
    return;
  }
  if (leg.state === 'CONTENT_PUSHED' && leg.ucn) deliberation.move(leg, { state: leg.ucn, form: 'UCN', reason, ucn: null });
  if (removed && leg.state === 'SMS_REQUESTED') {
    deliberation.move(leg, { state: 'SMS_CANCELLING', reason });
    deliberation.record({ type: 'TextCancelled', device: leg.device, attempt: leg.attempt, reason });
  }
}
