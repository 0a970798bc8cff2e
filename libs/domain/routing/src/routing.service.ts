import { defineService, on, type DecisionContext } from '@cpm/runtime-decider';
import { AccessChanged } from '@cpm/contracts-access-awareness';
import { EraseUser, SubscriberChanged, UserErased } from '@cpm/contracts-device-registry';
import {
  ActInSession, AnswerFileTransfer, InviteParticipant, OfferMessage, PassChatMessage, RebindDelivery, ReconsiderDelivery, ReconsiderParticipation, RelayChatMessage,
  ReportDisposition, ReportFileProgress, ReportParticipation, RevokeMessage, SendChatMessage, StartSession, SubmitMessage, UpdateParticipant,
} from '@cpm/contracts-routing';
import { SmsProgress } from '@cpm/contracts-sms-interworking-gateway';
import { circumstancesOf, delivery } from './delivery/delivery.aggregate.js';
import type { DeliveryCommand } from './delivery/delivery.js';
import { deliveryId } from './delivery/delivery-id.js';
import { profile, type Profile, type ProfileCommand } from './profile/profile.js';
import { focus, focusId } from './session/focus.aggregate.js';
import type { FocusCommand } from './session/focus.js';
import { participation, participationCircumstances, participationId } from './session/participation.aggregate.js';
import type { ParticipationCommand } from './session/participation.js';
import { submission, submissionId } from './submission/submission.js';

type Context = DecisionContext<Profile>;

/** What routing hears, and which aggregate answers. */
export const routing = defineService('routing', [
  on(SubscriberChanged, {
    aggregate: profile,
    idOf: ({ user }) => user,
    command: (snapshot): ProfileCommand => ({ type: 'LearnSubscriber', snapshot }),
    open: [delivery, participation],
  }),
  on(AccessChanged, {
    aggregate: profile,
    idOf: ({ user }) => user,
    command: (change): ProfileCommand => ({ type: 'LearnAccess', change }),
    open: [delivery, participation],
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
    command: ({ device }, context: Context): DeliveryCommand => ({ type: 'Reconsider', ...(device && { device }), ...circumstancesOf(context) }),
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
  on(RebindDelivery, {
    aggregate: delivery,
    idOf: ({ recipient, messageId }) => deliveryId(recipient, messageId),
    command: (rebinding, context: Context): DeliveryCommand => ({ type: 'Rebind', rebinding, ...circumstancesOf(context) }),
  }),
  on(AnswerFileTransfer, {
    aggregate: delivery,
    idOf: ({ user, transferId }) => deliveryId(user, transferId),
    command: (answer, context: Context): DeliveryCommand => ({ type: 'AnswerOffer', answer, ...circumstancesOf(context) }),
  }),
  on(ReportFileProgress, {
    aggregate: delivery,
    idOf: ({ user, transferId }) => deliveryId(user, transferId),
    command: (progress, context: Context): DeliveryCommand => ({ type: 'TrackFile', progress, ...circumstancesOf(context) }),
  }),
  on(StartSession, {
    aggregate: focus,
    idOf: ({ session }) => focusId(session.creator, session.id),
    command: (start, { now, policy }): FocusCommand => ({ type: 'Start', start, now, policy }),
  }),
  on(ReportParticipation, {
    aggregate: focus,
    idOf: ({ creator, sessionId }) => focusId(creator, sessionId),
    command: (report, { now, policy }): FocusCommand => ({ type: 'Hear', report, now, policy }),
  }),
  on(RelayChatMessage, {
    aggregate: focus,
    idOf: ({ creator, sessionId }) => focusId(creator, sessionId),
    command: ({ message }, { now, policy }): FocusCommand => ({ type: 'Relay', message, now, policy }),
  }),
  on(InviteParticipant, {
    aggregate: participation,
    idOf: ({ user, session }) => participationId(user, session.id),
    command: (invitation, context: Context): ParticipationCommand => ({ type: 'Invite', invitation, ...participationCircumstances(context) }),
  }),
  on(UpdateParticipant, {
    aggregate: participation,
    idOf: ({ user, sessionId }) => participationId(user, sessionId),
    command: (update, context: Context): ParticipationCommand => ({ type: 'Update', update, ...participationCircumstances(context) }),
  }),
  on(ActInSession, {
    aggregate: participation,
    idOf: ({ user, sessionId }) => participationId(user, sessionId),
    command: (action, context: Context): ParticipationCommand => ({ type: 'Act', action, ...participationCircumstances(context) }),
    open: [delivery],
  }),
  on(SendChatMessage, {
    aggregate: participation,
    idOf: ({ user, sessionId }) => participationId(user, sessionId),
    command: (sent, context: Context): ParticipationCommand => ({ type: 'Send', sent, ...participationCircumstances(context) }),
  }),
  on(PassChatMessage, {
    aggregate: participation,
    idOf: ({ user, sessionId }) => participationId(user, sessionId),
    command: ({ message }, context: Context): ParticipationCommand => ({ type: 'Take', message, ...participationCircumstances(context) }),
  }),
  on(ReconsiderParticipation, {
    aggregate: participation,
    idOf: ({ participation: id }) => id,
    command: (_cause, context: Context): ParticipationCommand => ({ type: 'Reconsider', ...participationCircumstances(context) }),
  }),
], { asked: EraseUser, done: UserErased, tables: [] }, {
  // The journey of a message is told from all journals, with the names of devices.
  'device-registry.subscriber': 'read', 'report-aggregation.ledger': 'read', 'sms-interworking-gateway.sms': 'read',
});
