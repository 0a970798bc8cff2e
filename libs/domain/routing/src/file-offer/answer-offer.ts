import type { AnswerFileTransfer, OfferAnswer } from '@cpm/contracts-routing';
import type { Deliberation } from '../delivery/deliberation.js';
import { hasContent, isFinal, type Leg } from '../delivery/leg.js';
import { standingOf } from '../first-wins/first-wins.js';
import { refused, tooLate } from '../first-wins/refusal.js';
import { contend, takeOffer, withdrawFrom } from './acceptance.js';

/** A device accepts or rejects a file; it is told what came of it, the same again for a repetition. */
export function answerOffer(deliberation: Deliberation, answer: AnswerFileTransfer): void {
  const outcome = outcomeOf(deliberation, answer);
  deliberation.record({ type: 'OfferAnswered', commandId: answer.commandId, answer: outcome, at: deliberation.now });
}

function outcomeOf(deliberation: Deliberation, answer: AnswerFileTransfer): OfferAnswer {
  const { contest, message, overdue, revoked } = deliberation.state;
  const { content } = message;
  if (contest === null || content.kind !== 'stored') return refused('unknown-transfer');
  const leg = deliberation.legOf(answer.device);
  if (!leg || leg.state === 'SKIPPED') return refused('unknown-device');
  if (revoked) return refused('cancelled-by-sender');
  const accepted: OfferAnswer = { status: 'accepted', contentId: content.contentId, transferId: message.id };
  if (hasContent(leg)) return answer.answer === 'accept' ? accepted : refused('already-accepted');
  const standing = standingOf(contest, answer.device);
  if (standing === 'winner') return answer.answer === 'reject' ? refused('already-accepted') : resumed(deliberation, leg, accepted);
  if (standing === 'decliner') return answer.answer === 'reject' ? { status: 'rejected' } : refused('rejected-elsewhere');
  if (standing !== undefined) return tooLate(standing, contest, deliberation.profile);
  if (overdue || deliberation.now >= message.expiresAt) return refused('expired');
  if (answer.answer === 'reject') return rejected(deliberation, leg, answer);
  contend(deliberation, { type: 'Claim', device: leg.device });
  takeOffer(deliberation, leg, { auto: false });
  return accepted;
}

/** Going on after a break: the file waits for nobody else any more. */
function resumed(deliberation: Deliberation, leg: Leg, accepted: OfferAnswer): OfferAnswer {
  if (leg.state === 'INTERRUPTED') deliberation.move(leg, { state: 'ACCEPTED', reason: 'accepted' });
  return accepted;
}

/** As with invitations: a user's no is for all his devices, a device's failure for itself. */
function rejected(deliberation: Deliberation, leg: Leg, { failure, device }: AnswerFileTransfer): OfferAnswer {
  if (failure !== undefined) {
    if (!isFinal(leg)) deliberation.move(leg, { state: 'WITHDRAWN', reason: 'device-failed' });
    if (deliberation.isOpen) return { status: 'rejected' };
  }
  contend(deliberation, { type: 'Decline', device });
  const own = deliberation.legOf(device);
  if (own && !isFinal(own)) deliberation.move(own, { state: 'WITHDRAWN', reason: 'rejected' });
  withdrawFrom(deliberation, () => false, { reason: 'rejected-elsewhere', by: device });
  if (deliberation.state.legs.some(hasContent)) return { status: 'rejected' };
  deliberation.record({ type: 'OfferEnded', reason: 'rejected' });
  if (!deliberation.isDelivered) deliberation.prove({ status: 'failed', device, via: 'IP', permitted: true, at: deliberation.now });
  return { status: 'rejected' };
}
