import type { DeviceId } from '@cpm/vocabulary';
import type { ReportFileProgress } from '@cpm/contracts-routing';
import type { Deliberation } from '../delivery/deliberation.js';
import type { OfferedDelivery } from '../delivery/delivery.js';
import { follow } from '../delivery/follow-plan.js';
import { hasContent, isFinal, isTaking, type Leg } from '../delivery/leg.js';
import { planLeg } from '../fan-out/plan-leg.js';
import { contend, takeOffer } from './acceptance.js';

/** What the edge saw of a device fetching the file. */
export function trackFile(deliberation: Deliberation, { device, progress, fetch }: ReportFileProgress): void {
  const leg = deliberation.legOf(device);
  if (!leg || isFinal(leg)) return;
  if (progress === 'started') {
    if (isTaking(leg)) deliberation.move(leg, { state: 'ACCEPTED', reason: 'accepted', fetching: fetch });
    return;
  }
  if (progress === 'interrupted') {
    // That an earlier connection is dead is often noticed after the device has gone on with a new one.
    if (leg.state === 'ACCEPTED' && (leg.fetching === null || leg.fetching === fetch)) interrupt(deliberation, leg);
    return;
  }
  // Only who had accepted knows where the file is: he went on after it was offered to all again.
  if (deliberation.state.contest?.stage === 'open' && contend(deliberation, { type: 'Claim', device })) takeOffer(deliberation, leg, { auto: false });
  completeTransfer(deliberation, deliberation.legOf(device) ?? leg);
}

/** The device has accepted the file, or was given it as the Primary that no offer could reach. */
export function hasTaken({ contest }: OfferedDelivery, { device, pushed, state }: Leg): boolean {
  return contest?.stage === 'won' && state !== 'WITHDRAWN' && state !== 'SKIPPED' && (contest.device === device || pushed);
}

/** The file is wholly there. */
export function completeTransfer(deliberation: Deliberation, leg: Leg): void {
  if (isFinal(leg) || !hasTaken(deliberation.state, leg)) return;
  const isFirst = !deliberation.state.legs.some(hasContent);
  deliberation.prove({ status: 'delivered', device: leg.device, via: 'IP', permitted: true, at: deliberation.now });
  deliberation.move(leg, { state: 'DELIVERED', reason: 'completed', ucn: null });
  if (isFirst) deliberation.record({ type: 'OfferEnded', reason: 'completed' });
}

/** The device may go on for a while before the file is offered to all again. */
export function interrupt(deliberation: Deliberation, leg: Leg): void {
  const dueAt = deliberation.now + deliberation.policy['ft.resumeWindowSec'] * 1000;
  deliberation.move(leg, { state: 'INTERRUPTED', reason: 'interrupted', dueAt, fetching: null });
}

/** The device did not go on in time, or is gone: everybody may take the file, the device itself first; only itself where another has it already. */
export function offerAgain(deliberation: Deliberation, device: DeviceId): void {
  contend(deliberation, { type: 'Reopen' });
  offerTo(deliberation, device, isTaking);
  if (deliberation.state.legs.some(hasContent)) return;
  const wasWithdrawn = ({ state, reason }: Leg) => state === 'WITHDRAWN' && reason === 'accepted-elsewhere';
  for (const role of ['secondary', 'primary']) {
    for (const leg of deliberation.state.legs) if (leg.role === role) offerTo(deliberation, leg.device, wasWithdrawn);
  }
}

function offerTo(deliberation: Deliberation, device: DeviceId, applies: (leg: Leg) => boolean): void {
  const leg = deliberation.legOf(device);
  const situation = leg && applies(leg) ? deliberation.situationOf(leg) : undefined;
  if (leg && situation) follow(deliberation, leg, planLeg(situation));
}
