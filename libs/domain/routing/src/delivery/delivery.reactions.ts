import type { DeviceId } from '@cpm/vocabulary';
import { publish, type DecisionContext, type Reaction } from '@cpm/runtime-decider';
import { AccessObserved } from '@cpm/contracts-access-awareness';
import { PushFrame, WithdrawFrame } from '@cpm/contracts-client-edge';
import { ChangeObject, DepositObject } from '@cpm/contracts-message-store-sync';
import { DispositionEvidence } from '@cpm/contracts-report-aggregation';
import type { OfferMessage } from '@cpm/contracts-routing';
import { CancelSms, SubmitSms, SubmitUcn } from '@cpm/contracts-sms-interworking-gateway';
import { availableFrame, frameKeyOf, receivedFrame } from '../conversation/message-frame.js';
import { revocationAnswerFrame, withdrawalFrame } from '../conversation/revocation-frame.js';
import type { Profile } from '../profile/profile.js';
import type { Delivery, DeliveryEvent, OfferedDelivery } from './delivery.js';
import { messageOf, ownerOf } from './delivery-id.js';

type Context = DecisionContext<Profile>;
type Of<Type extends DeliveryEvent['type']> = Extract<DeliveryEvent, { type: Type }>;

const NONE: readonly Reaction[] = [];

/** What the events of a delivery make other services do. */
export function reactToDelivery(event: DeliveryEvent, after: Delivery, context: Context): readonly Reaction[] {
  if (event.type === 'OfferRefused') return [refusalEvidence(event, context)];
  if (event.type === 'RevocationAnswered') return [revocationAnswer(event, context)];
  return after.stage === 'offered' ? reactToOffered(event, after, context) : NONE;
}

function reactToOffered(event: DeliveryEvent, delivery: OfferedDelivery, context: Context): readonly Reaction[] {
  const { message, recipient } = delivery;
  switch (event.type) {
    case 'MessageOffered':
      return deposits(event);
    case 'FramesPushed': {
      const frame = { message, recipient, devices: event.devices, at: context.now };
      return [publish(PushFrame, event.form === 'FULL' ? receivedFrame(frame) : availableFrame(frame))];
    }
    case 'FramesWithdrawn':
      return [publish(WithdrawFrame, { user: recipient, devices: event.devices as DeviceId[], frameKey: frameKeyOf(message.id) })];
    case 'TextRequested':
      return [textRequest(event, delivery, context)];
    case 'TextCancelled':
      return [publish(CancelSms, { ...textLeg(event, delivery, context), reason: event.reason })];
    case 'PushUnanswered':
      return [pushTimeout(event, delivery, context)];
    case 'EvidenceFound':
      return [evidence(event, delivery)];
    case 'MessageSeen':
      return [publish(ChangeObject, { ...storedCopy(delivery), change: 'seen', device: event.device, at: event.at })];
    case 'DeliveryRevoked':
      return withdrawal(event, delivery, context);
    default:
      return NONE;
  }
}

/** A store is kept for subscribers only; the sender's own copy does not depend on his recipient. */
function deposits({ offer, unreachable }: { readonly offer: OfferMessage; readonly unreachable: string | null }): readonly Reaction[] {
  const { message, recipient, depositSentCopy } = offer;
  const reactions: Reaction[] = [];
  if (unreachable !== 'unknown-subscriber' && unreachable !== 'subscriber-removed') {
    reactions.push(publish(DepositObject, { user: recipient, direction: 'In', party: message.from, message }));
  }
  if (depositSentCopy) reactions.push(publish(DepositObject, { user: message.from, direction: 'Out', party: recipient, message }));
  return reactions;
}

function textLeg({ device, attempt }: { readonly device: DeviceId; readonly attempt: number }, { message, recipient }: OfferedDelivery, { now }: Context) {
  return { user: recipient, messageId: message.id, sender: message.from, device, attempt, at: now };
}

function textRequest(event: Of<'TextRequested'>, delivery: OfferedDelivery, context: Context): Reaction {
  const { contentType, size, content, expiresAt } = delivery.message;
  const leg = { ...textLeg(event, delivery, context), expiresAt };
  if (event.form === 'SMS') {
    if (content.kind !== 'inline') throw new Error('only inline text is planned as SMS');
    return publish(SubmitSms, { ...leg, text: content.text });
  }
  const language = context.view.preferences.language ?? context.view.language;
  return publish(SubmitUcn, { ...leg, contentType, size, ...(language && { language }) });
}

function pushTimeout({ device }: Of<'PushUnanswered'>, { recipient }: OfferedDelivery, { now }: Context): Reaction {
  return publish(AccessObserved, {
    user: recipient, device, access: 'IP', state: 'SUSPECT', confidence: 'HINT', source: 'push-timeout', observedAt: now,
  });
}

function evidence({ items }: Of<'EvidenceFound'>, { message, recipient }: OfferedDelivery): Reaction {
  return publish(DispositionEvidence, {
    messageId: message.id, sender: message.from, recipient, originDevice: message.originDevice, service: 'standalone',
    requested: message.dispositionNotification, items: items as DispositionEvidence['items'],
  });
}

function refusalEvidence({ sender, originDevice, requested }: Of<'OfferRefused'>, { id, now }: Context): Reaction {
  return publish(DispositionEvidence, {
    messageId: messageOf(id), sender, recipient: ownerOf(id), originDevice, service: 'standalone',
    requested: [...requested], items: [{ status: 'failed', via: 'IP', permitted: true, at: now }],
  });
}

function storedCopy({ message, recipient }: OfferedDelivery) {
  return { user: recipient, messageId: message.id, party: message.from, direction: 'In' } as const;
}

/** Revocation frames outlive the message: a device that got it may come back later. */
function revocationFrameLife({ now, policy }: Context) {
  return { at: now, expiresAt: now + policy['deferred.ttlSec'] * 1000 };
}

function withdrawal({ pushedTo }: Of<'DeliveryRevoked'>, delivery: OfferedDelivery, context: Context): readonly Reaction[] {
  const removal = publish(ChangeObject, { ...storedCopy(delivery), change: 'removed', at: context.now });
  if (pushedTo.length === 0) return [removal];
  const frame = { user: delivery.recipient, devices: pushedTo, messageId: delivery.message.id };
  return [removal, publish(PushFrame, withdrawalFrame(frame, revocationFrameLife(context)))];
}

function revocationAnswer({ revocation, outcome }: Of<'RevocationAnswered'>, context: Context): Reaction {
  return publish(PushFrame, revocationAnswerFrame(revocation, { ...revocationFrameLife(context), outcome }));
}
