import type { Decider } from '@cpm/runtime-decider';
import { answerOffer } from '../file-offer/answer-offer.js';
import { trackFile } from '../file-offer/track-file.js';
import { refused } from '../first-wins/refusal.js';
import { trackSms } from '../primary-leg/sms-progress.js';
import { Deliberation } from './deliberation.js';
import { evolveDelivery, NO_DELIVERY, type Delivery, type DeliveryCommand, type DeliveryEvent } from './delivery.js';
import { reportDispositions } from './disposition.js';
import { expire } from './expiry.js';
import { offerMessage } from './offer.js';
import { rebind } from './rebinding.js';
import { accessFollowed, endWait, reconsider } from './reconsider.js';
import { revoke } from './revocation.js';

/** The legs of one message for one recipient. */
export const deliveryDecider: Decider<DeliveryCommand, Delivery, DeliveryEvent> = {
  initial: NO_DELIVERY,
  decide: (command, state) => {
    if (command.type === 'Offer') return offerMessage(command.offer, command, state);
    if (state.stage === 'none') return nothingKnown(command);
    const deliberation = new Deliberation(state, command);
    deliberate(deliberation, command);
    const events = deliberation.conclude();
    return command.type === 'Reconsider' ? [...accessFollowed(deliberation, command.device, events), ...events] : events;
  },
  evolve: evolveDelivery,
};

function deliberate(deliberation: Deliberation, command: DeliveryCommand): void {
  switch (command.type) {
    case 'Reconsider':
      reconsider(deliberation);
      return;
    case 'EndWait':
      endWait(deliberation, command.device);
      return;
    case 'Expire':
      expire(deliberation);
      return;
    case 'TrackSms':
      trackSms(deliberation, command.progress);
      return;
    case 'Report':
      reportDispositions(deliberation, command.report.items);
      return;
    case 'Revoke':
      revoke(deliberation, command.revocation);
      return;
    case 'Rebind':
      rebind(deliberation, command.rebinding);
      return;
    case 'AnswerOffer':
      answerOffer(deliberation, command.answer);
      return;
    case 'TrackFile':
      trackFile(deliberation, command.progress);
      return;
    case 'Offer':
      throw new Error('an offer starts its own deliberation');
  }
}

function nothingKnown(command: DeliveryCommand): readonly DeliveryEvent[] {
  const at = command.now;
  switch (command.type) {
    case 'Revoke':
      return [{ type: 'RevocationAnswered', revocation: command.revocation, outcome: 'unknown', at }];
    case 'AnswerOffer':
      return [{ type: 'OfferAnswered', commandId: command.answer.commandId, answer: refused('unknown-transfer'), at }];
    default:
      return [{ type: 'NothingKnown', at }];
  }
}
