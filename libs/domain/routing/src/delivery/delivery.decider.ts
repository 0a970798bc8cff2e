import type { Decider } from '@cpm/runtime-decider';
import { trackSms } from '../primary-leg/sms-progress.js';
import { Deliberation } from './deliberation.js';
import { evolveDelivery, NO_DELIVERY, type Delivery, type DeliveryCommand, type DeliveryEvent } from './delivery.js';
import { reportDispositions } from './disposition.js';
import { expire } from './expiry.js';
import { offerMessage } from './offer.js';
import { endWait, reconsider } from './reconsider.js';
import { revoke } from './revocation.js';

/** The legs of one message for one recipient. */
export const deliveryDecider: Decider<DeliveryCommand, Delivery, DeliveryEvent> = {
  initial: NO_DELIVERY,
  decide: (command, state) => {
    if (command.type === 'Offer') return offerMessage(command.offer, command, state);
    if (state.stage === 'none') return nothingKnown(command);
    const deliberation = new Deliberation(state, command);
    deliberate(deliberation, command);
    return deliberation.conclude();
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
    case 'Offer':
      throw new Error('an offer starts its own deliberation');
  }
}

function nothingKnown(command: DeliveryCommand): readonly DeliveryEvent[] {
  const at = command.now;
  return command.type === 'Revoke'
    ? [{ type: 'RevocationAnswered', revocation: command.revocation, outcome: 'unknown', at }]
    : [{ type: 'NothingKnown', at }];
}
