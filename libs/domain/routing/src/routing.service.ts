import { defineService, on, type DecisionContext } from '@cpm/runtime-decider';
import { AccessChanged } from '@cpm/contracts-access-awareness';
import { SubscriberChanged } from '@cpm/contracts-device-registry';
import { OfferMessage, ReconsiderDelivery, ReportDisposition, RevokeMessage, SubmitMessage } from '@cpm/contracts-routing';
import { SmsProgress } from '@cpm/contracts-sms-interworking-gateway';
import { circumstancesOf, delivery } from './delivery/delivery.aggregate.js';
import type { DeliveryCommand } from './delivery/delivery.js';
import { deliveryId } from './delivery/delivery-id.js';
import { profile, type Profile, type ProfileCommand } from './profile/profile.js';
import { submission, submissionId } from './submission/submission.js';

type Context = DecisionContext<Profile>;

/** What routing hears, and which aggregate answers. */
export const routing = defineService('routing', [
  on(SubscriberChanged, {
    aggregate: profile,
    idOf: ({ user }) => user,
    command: (snapshot): ProfileCommand => ({ type: 'LearnSubscriber', snapshot }),
    open: delivery,
  }),
  on(AccessChanged, {
    aggregate: profile,
    idOf: ({ user }) => user,
    command: (change): ProfileCommand => ({ type: 'LearnAccess', change }),
    open: delivery,
  }),
  on(SubmitMessage, {
    aggregate: submission,
    idOf: ({ message }) => submissionId(message.from, message.id),
    begins: true,
    command: (submitted) => submitted,
  }),
  on(OfferMessage, {
    aggregate: delivery,
    idOf: ({ recipient, message }) => deliveryId(recipient, message.id),
    begins: true,
    command: (offer, context: Context): DeliveryCommand => ({ type: 'Offer', offer, ...circumstancesOf(context) }),
  }),
  on(ReconsiderDelivery, {
    aggregate: delivery,
    idOf: ({ delivery: id }) => id,
    command: (_cause, context: Context): DeliveryCommand => ({ type: 'Reconsider', ...circumstancesOf(context) }),
  }),
  on(SmsProgress, {
    aggregate: delivery,
    idOf: ({ user, messageId }) => deliveryId(user, messageId),
    command: (progress, context: Context): DeliveryCommand => ({ type: 'TrackSms', progress, ...circumstancesOf(context) }),
  }),
  on(ReportDisposition, {
    aggregate: delivery,
    idOf: ({ user, messageId }) => deliveryId(user, messageId),
    command: (report, context: Context): DeliveryCommand => ({ type: 'Report', report, ...circumstancesOf(context) }),
  }),
  on(RevokeMessage, {
    aggregate: delivery,
    idOf: ({ recipient, messageId }) => deliveryId(recipient, messageId),
    command: (revocation, context: Context): DeliveryCommand => ({ type: 'Revoke', revocation, ...circumstancesOf(context) }),
  }),
]);
