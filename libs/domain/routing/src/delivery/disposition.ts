import type { SessionBinding } from '@cpm/vocabulary';
import type { ReportDisposition } from '@cpm/contracts-routing';
import type { Deliberation } from './deliberation.js';
import { completeTransfer, hasTaken } from '../file-offer/track-file.js';
import { hasContent, isFinal, isTextToStop, type Leg } from './leg.js';

type ReportedItem = ReportDisposition['items'][number];

/** What the recipient's devices say they have or showed; each device's word is evidence once, in order. */
export function reportDispositions(deliberation: Deliberation, items: readonly ReportedItem[]): void {
  for (const item of items) {
    const leg = deliberation.legOf(item.device);
    const reason = disbeliefIn(deliberation, leg);
    if (reason) ignore(deliberation, item, reason);
    else if (item.status === 'delivered') delivered(deliberation, leg, item);
    else displayed(deliberation, leg, item);
  }
}

/** What says nothing to the sender still says to the user's own devices that he has seen it. */
function ignore(deliberation: Deliberation, { device, status, at }: ReportedItem, reason: 'not-participant' | 'not-accepted'): void {
  deliberation.record({ type: 'ReportIgnored', device, status, reason });
  if (status === 'displayed' && !deliberation.state.revoked) deliberation.record({ type: 'MessageSeen', device, at });
}

/** CPM-MLD-024, CPM-MLD-025: in a group only devices that took part speak for their user; of a file only who took it. */
function disbeliefIn({ state }: Deliberation, leg: Leg | undefined): 'not-participant' | 'not-accepted' | undefined {
  if (state.binding?.group && !hasTakenPart(leg, state.binding)) return 'not-participant';
  if (state.contest === null || (leg && (hasContent(leg) || hasTaken(state, leg)))) return undefined;
  return 'not-accepted';
}

/** It was in the session, or the message was for it anyhow: the Primary is owed it whoever answered. Other devices can only have it from the store. */
function hasTakenPart(leg: Leg | undefined, { joined, others }: SessionBinding): boolean {
  if (leg === undefined || leg.state === 'SKIPPED') return false;
  return others === 'all' || joined.includes(leg.device) || leg.pushed || leg.attempt > 0 || isOwedToPrimary(leg);
}

function isOwedToPrimary(leg: Leg): boolean {
  return leg.role === 'primary' && (leg.state === 'DELIVERED' || !isFinal(leg)) && leg.reason !== 'invitation-pending';
}

/** A device without a leg got the message from the store: that is history and proves nothing to the sender. */
function delivered(deliberation: Deliberation, leg: Leg | undefined, { device, at }: ReportedItem): void {
  if (!leg || hasContent(leg)) return;
  if (deliberation.state.contest !== null) {
    completeTransfer(deliberation, leg);
    return;
  }
  deliberation.prove({ status: 'delivered', device, via: 'IP', permitted: true, at });
  end(deliberation, leg, 'DELIVERED');
}

/** Showing implies having; whether the sender may know of it is decided by the reader's setting at this moment. */
function displayed(deliberation: Deliberation, leg: Leg | undefined, { device, at }: ReportedItem): void {
  if (leg?.state === 'DISPLAYED') return;
  if (leg && deliberation.state.contest !== null) completeTransfer(deliberation, leg);
  else if (leg && leg.state !== 'DELIVERED') deliberation.prove({ status: 'delivered', device, via: 'IP', permitted: true, at });
  const permitted = deliberation.profile.preferences.sendReadReports;
  if (leg) {
    deliberation.prove({ status: 'displayed', device, via: 'IP', permitted, at });
    end(deliberation, deliberation.legOf(device) ?? leg, 'DISPLAYED');
  }
  const reported = leg !== undefined && permitted && deliberation.state.message.dispositionNotification.includes('display');
  if (!deliberation.state.revoked) deliberation.record({ type: 'MessageSeen', device, ...(reported && { reported }), at });
}

/** An ended leg stays as it ended, but one that was delivered may still be displayed. */
function end(deliberation: Deliberation, leg: Leg, state: 'DELIVERED' | 'DISPLAYED'): void {
  if (isFinal(leg) && leg.state !== 'DELIVERED') return;
  const { device, attempt } = leg;
  deliberation.move(leg, { state, reason: state === 'DELIVERED' ? 'acknowledged' : 'displayed', ucn: null });
  if (isTextToStop(leg)) deliberation.record({ type: 'TextCancelled', device, attempt, reason: 'acknowledged' });
}
