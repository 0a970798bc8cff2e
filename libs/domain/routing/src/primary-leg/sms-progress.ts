import type { Instant } from '@cpm/vocabulary';
import type { SmsProgress } from '@cpm/contracts-sms-interworking-gateway';
import type { Deliberation } from '../delivery/deliberation.js';
import { failIfNothingCame } from '../delivery/expiry.js';
import { isFinal, isPushed, isTaking, ucnOf, type Leg, type LegReason, type UcnState } from '../delivery/leg.js';
import { reconsider } from '../delivery/reconsider.js';
import { accessOf } from '../profile/profile.js';

type Loss = 'failed' | 'unknown' | 'expired' | 'cancelled';

const LOSS_REASON: Readonly<Record<SmsProgress['form'], Readonly<Record<Loss, LegReason>>>> = {
  SMS: { failed: 'sms-failed', unknown: 'sms-unknown', expired: 'sms-expired', cancelled: 'sms-cancelled' },
  UCN: { failed: 'ucn-failed', unknown: 'ucn-unknown', expired: 'ucn-expired', cancelled: 'ucn-cancelled' },
};

/** What became of an SMS or UCN of the Primary. A delivery counts for any try, everything else only for the last one. */
export function trackSms(deliberation: Deliberation, progress: SmsProgress): void {
  const leg = deliberation.legOf(progress.device);
  if (!leg || progress.attempt > leg.attempt) return;
  const { status } = progress;
  if (status === 'submitted') submitted(deliberation, leg, progress);
  else if (status === 'delivered') delivered(deliberation, leg, progress);
  else if (isAwaited(leg, progress)) lost(deliberation, leg, { form: progress.form, loss: status, at: progress.at });
  failIfNothingCame(deliberation);
}

/** The progress speaks of the text that the leg waits for. */
function isAwaited(leg: Leg, { attempt, form }: SmsProgress): boolean {
  if (isFinal(leg) || attempt !== leg.attempt) return false;
  return form === 'UCN' ? ucnOf(leg) !== null : leg.state === 'SMS_REQUESTED' || leg.state === 'SMS_CANCELLING' || leg.state === 'SMS_SUBMITTED';
}

function submitted(deliberation: Deliberation, leg: Leg, progress: SmsProgress): void {
  const { device, at, form } = progress;
  if (form === 'SMS') {
    proveInterworked(deliberation, progress);
    if (isAwaited(leg, progress) && leg.state !== 'SMS_SUBMITTED') deliberation.move(leg, { state: 'SMS_SUBMITTED', form, reason: 'sms-submitted' });
    return;
  }
  if (isAwaited(leg, progress) && ucnOf(leg) === 'UCN_REQUESTED') advanceUcn(deliberation, leg, 'UCN_SUBMITTED');
  if (deliberation.policy['ucn.creditOn'] === 'SMSC_ACK') credit(deliberation, { device, at });
}

function delivered(deliberation: Deliberation, leg: Leg, progress: SmsProgress): void {
  const { device, at, form } = progress;
  if (form === 'UCN') {
    credit(deliberation, { device, at });
    ucnDelivered(deliberation, leg, progress);
    return;
  }
  proveInterworked(deliberation, progress);
  deliberation.prove({ status: 'delivered', device, via: 'SMS', permitted: true, at });
  if (isFinal(leg)) return;
  if (isPushed(leg)) deliberation.withdraw(device);
  if (leg.state === 'SMS_REQUESTED' && progress.attempt < leg.attempt) {
    deliberation.record({ type: 'TextCancelled', device, attempt: leg.attempt, reason: 'sms-delivered' });
  }
  deliberation.move(leg, { state: 'DELIVERED', form, reason: 'sms-delivered', ucn: null });
}

/** The sender is told once that the text left CPM. */
function proveInterworked(deliberation: Deliberation, { device, at }: SmsProgress): void {
  if (!deliberation.isInterworked) deliberation.prove({ status: 'interworked', device, via: 'SMS', permitted: true, at });
}

/** CPM-MLD-030: a UCN that was sent counts as delivery, unless the message was revoked or is known to be delivered. */
function credit(deliberation: Deliberation, { device, at }: Pick<SmsProgress, 'device' | 'at'>): void {
  if (deliberation.state.revoked || deliberation.isDelivered) return;
  deliberation.prove({ status: 'delivered', device, via: 'UCN', permitted: true, at });
}

/** The content stays owed: the leg ends when the device has it, or with the message's life. */
function ucnDelivered(deliberation: Deliberation, leg: Leg, { attempt }: SmsProgress): void {
  if (isFinal(leg) || isTaking(leg) || attempt !== leg.attempt || ucnOf(leg) === 'UCN_DELIVERED') return;
  if (deliberation.state.overdue) deliberation.move(leg, { state: 'EXPIRED', reason: 'ucn-delivered', ucn: null });
  else advanceUcn(deliberation, leg, 'UCN_DELIVERED');
}

function advanceUcn(deliberation: Deliberation, leg: Leg, ucn: UcnState): void {
  if (isPushed(leg)) deliberation.move(leg, { state: 'CONTENT_PUSHED', reason: leg.reason, dueAt: leg.dueAt, ucn });
  else deliberation.move(leg, { state: ucn, form: 'UCN', reason: ucn === 'UCN_SUBMITTED' ? 'ucn-submitted' : 'ucn-delivered' });
}

const FIRST_WAIT_MS = 300_000;
const LAST_WAIT_MS = 6 * 3_600_000;

/** A full or barred handset shows itself again and again: each text that it does not take makes the next one wait longer, the first not at all. */
function oneMore(failures: Leg['failures'], reason: LegReason, now: Instant): NonNullable<Leg['failures']> {
  const times = (failures?.times ?? 0) + 1;
  return { times, reason, until: times === 1 ? now : now + Math.min(FIRST_WAIT_MS * 2 ** (times - 2), LAST_WAIT_MS) };
}

/**
 * The text did not arrive. The next try by SMS waits for a change of access, except after a cancellation, and where nobody knows
 * whether it left: of that, policy says how often it may be risked. What changed since the failure counts as such a change, because
 * news of the failure may come later. IP may go at once.
 */
function lost(deliberation: Deliberation, leg: Leg, { form, loss, at }: { readonly form: SmsProgress['form']; readonly loss: Loss; readonly at: Instant }): void {
  const reason = LOSS_REASON[form][loss];
  const { revision, changedAt = 0 } = accessOf(deliberation.profile, leg.device);
  const mayRetry = loss === 'cancelled' || (loss === 'unknown' && leg.state === 'SMS_REQUESTED') || changedAt > at;
  const remembering: Leg = {
    ...leg,
    refused: mayRetry ? leg.refused : { revision, reason },
    uncertain: loss === 'unknown' ? leg.uncertain + 1 : leg.uncertain,
    ...((loss === 'failed' || loss === 'expired') && { failures: oneMore(leg.failures, reason, deliberation.now) }),
  };
  if (deliberation.state.overdue) {
    deliberation.move(remembering, { state: 'EXPIRED', reason, ucn: null });
  } else if (leg.state === 'CONTENT_PUSHED') {
    deliberation.move(remembering, { state: 'PUSHED', reason: leg.reason, dueAt: leg.dueAt, ucn: null });
  } else {
    deliberation.move(remembering, { state: 'DEFERRED', form: 'DEFER', reason });
    reconsider(deliberation);
  }
}
