import { serviceOf, type DeviceId, type Message, type SessionBinding } from '@cpm/vocabulary';
import { answer, publish, type DecisionContext, type Reaction } from '@cpm/runtime-decider';
import { AccessObserved } from '@cpm/contracts-access-awareness';
import { PushFrame, WithdrawFrame } from '@cpm/contracts-client-edge';
import { ChangeObject, DepositObject } from '@cpm/contracts-message-store-sync';
import { DispositionEvidence } from '@cpm/contracts-report-aggregation';
import type { OfferMessage } from '@cpm/contracts-routing';
import { CancelSms, SubmitGroupSms, SubmitSms, SubmitUcn } from '@cpm/contracts-sms-interworking-gateway';
import { availableFrame, frameKeyOf, receivedFrame } from '../conversation/message-frame.js';
import { revocationAnswerFrame, withdrawalFrame } from '../conversation/revocation-frame.js';
import { fetchFrame, invitedFrame, offerWithdrawnFrame, senderFrame } from '../file-offer/offer-frames.js';
import { nameOf } from '../first-wins/refusal.js';
import { smsTextOf } from '../primary-leg/sms-text.js';
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
  if (event.type === 'OfferAnswered') return [answer(event.commandId, event.answer)];
  return after.stage === 'offered' ? reactToOffered(event, after, context) : NONE;
}

function reactToOffered(event: DeliveryEvent, delivery: OfferedDelivery, context: Context): readonly Reaction[] {
  const { message, recipient } = delivery;
  switch (event.type) {
    case 'MessageOffered':
      return deposits(event);
    case 'FramesPushed':
      return [publish(PushFrame, contentFrame(event, delivery, context))];
    case 'OfferAccepted':
    case 'OfferWithdrawn':
    case 'OfferEnded':
      return offerNews(event, delivery, context);
    case 'FramesWithdrawn':
      return [publish(WithdrawFrame, { user: recipient, devices: event.devices as DeviceId[], frameKey: frameKeyOf(message) })];
    case 'TextRequested':
      return [textRequest(event, delivery, context)];
    case 'TextCancelled':
      return [publish(CancelSms, { ...textLeg(event, delivery, context), reason: event.reason })];
    case 'PushUnanswered':
      return [pushTimeout(event, delivery, context)];
    case 'EvidenceFound':
      return [evidence(event, delivery)];
    case 'MessageSeen':
      return [publish(ChangeObject, { ...storedCopy(delivery), change: 'seen', ...(event.reported && { readReport: true }), device: event.device, at: event.at })];
    case 'DeliveryRevoked':
      return withdrawal(event, delivery, context);
    default:
      return NONE;
  }
}

/** What a device gets of the message. A file is offered; to a Primary that no offer reached while another device took it, it is given. */
function contentFrame(event: Of<'FramesPushed'>, { message, recipient, contest }: OfferedDelivery, { now: at, view }: Context): PushFrame {
  const frame = { message, recipient, devices: event.devices, at };
  if (contest?.stage === 'won') return fetchFrame(frame, nameOf(view, contest.device));
  if (contest) return invitedFrame(frame);
  return event.form === 'FULL' ? receivedFrame(frame) : availableFrame(frame);
}

function offerNews(event: Of<'OfferAccepted' | 'OfferWithdrawn' | 'OfferEnded'>, { message, recipient }: OfferedDelivery, context: Context): readonly Reaction[] {
  const { now: at, view } = context;
  const offer = { message, recipient, at };
  const { expiresAt } = revocationFrameLife(context);
  switch (event.type) {
    case 'OfferAccepted': {
      const told = publish(PushFrame, senderFrame(offer, { expiresAt }));
      return event.auto ? [told, publish(PushFrame, fetchFrame({ ...offer, devices: [event.device] }, nameOf(view, event.device)))] : [told];
    }
    case 'OfferWithdrawn':
      return [publish(PushFrame, offerWithdrawnFrame({ ...offer, devices: event.devices }, { reason: event.reason, by: event.by && nameOf(view, event.by), expiresAt }))];
    case 'OfferEnded':
      return [publish(PushFrame, senderFrame(offer, { ended: event.reason, expiresAt }))];
  }
}

/** The folder that the message is kept in: of a group its conversation, else the other party. */
function folderOf(message: Message, other: string, binding: SessionBinding | null | undefined): string {
  return binding?.group ? message.conversationId : other;
}

/** A store is kept for subscribers only; the sender's own copy does not depend on his recipient. */
function deposits({ offer, unreachable }: { readonly offer: OfferMessage; readonly unreachable: string | null }): readonly Reaction[] {
  const { message, recipient, depositSentCopy, binding } = offer;
  const reactions: Reaction[] = [];
  if (unreachable !== 'unknown-subscriber' && unreachable !== 'subscriber-removed') {
    reactions.push(publish(DepositObject, { user: recipient, direction: 'In', party: folderOf(message, message.from, binding), message }));
  }
  if (depositSentCopy) reactions.push(publish(DepositObject, { user: message.from, direction: 'Out', party: recipient, message }));
  return reactions;
}

function textLeg({ device, attempt }: { readonly device: DeviceId; readonly attempt: number }, { message, recipient }: OfferedDelivery, { now }: Context) {
  return { user: recipient, messageId: message.id, sender: message.from, device, attempt, at: now };
}

function textRequest(event: Of<'TextRequested'>, delivery: OfferedDelivery, context: Context): Reaction {
  const { contentType, size, expiresAt } = delivery.message;
  const leg = { ...textLeg(event, delivery, context), expiresAt };
  const groupId = delivery.binding?.group ? delivery.message.sessionId : undefined;
  if (event.form === 'SMS') {
    const text = smsTextOf(delivery.message, delivery.binding);
    if (text === undefined) throw new Error('only inline text is planned as SMS');
    const { conversationId, contributionId } = delivery.message;
    if (groupId !== undefined) return publish(SubmitGroupSms, { ...leg, text, sessionId: groupId, conversationId, contributionId });
    return publish(SubmitSms, { ...leg, text, conversationId, contributionId });
  }
  const language = context.view.preferences.language ?? context.view.language;
  return publish(SubmitUcn, { ...leg, contentType, size, ...(language && { language }), ...(groupId !== undefined && { sessionId: groupId }) });
}

function pushTimeout({ device }: Of<'PushUnanswered'>, { recipient }: OfferedDelivery, { now }: Context): Reaction {
  return publish(AccessObserved, {
    user: recipient, device, access: 'IP', state: 'SUSPECT', confidence: 'HINT', source: 'push-timeout', observedAt: now,
  });
}

function evidence({ items }: Of<'EvidenceFound'>, { message, recipient }: OfferedDelivery): Reaction {
  return publish(DispositionEvidence, {
    messageId: message.id, sender: message.from, recipient, originDevice: message.originDevice, service: serviceOf(message),
    requested: message.dispositionNotification, items: items as DispositionEvidence['items'],
  });
}

function refusalEvidence({ sender, originDevice, requested, service }: Of<'OfferRefused'>, { id, now }: Context): Reaction {
  return publish(DispositionEvidence, {
    messageId: messageOf(id), sender, recipient: ownerOf(id), originDevice, service,
    requested: [...requested], refused: true, items: [{ status: 'failed', via: 'IP', permitted: true, at: now }],
  });
}

function storedCopy({ message, recipient, binding }: OfferedDelivery) {
  return { user: recipient, messageId: message.id, party: folderOf(message, message.from, binding), direction: 'In' } as const;
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
