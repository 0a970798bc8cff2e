import { focusEnd, instant, keyedAddress, keyedDeviceId, message, sessionHead, sessionMember } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';
import { deviceFailure } from './answers.v1.js';

/** The focus wants a user in its session: his devices ring, but one that is `admitted` is in already. `generation` counts the starts. */
export const InviteParticipant = defineEvent({
  type: 'InviteParticipant', version: 1, owner: 'routing', listeners: ['routing'], writers: ['routing', 'client-edge'],
  summary: 'The focus invites a user into its session',
  key: ({ user }) => user,
  schema: z.object({
    user: keyedAddress, session: sessionHead, generation: z.number().int(), from: keyedAddress, admitted: keyedDeviceId.optional(), expiresAt: instant, at: instant,
  }),
});
export type InviteParticipant = PayloadOf<typeof InviteParticipant>;

/** The focus tells a participant how the session goes on, and what became of the others. */
export const UpdateParticipant = defineEvent({
  type: 'UpdateParticipant', version: 1, owner: 'routing', listeners: ['routing'],
  summary: 'A session was established, cancelled or closed, or its members have changed',
  key: ({ user }) => user,
  schema: z.object({
    user: keyedAddress, sessionId: z.string(), generation: z.number().int(), change: z.enum(['established', 'ended', 'members']), reason: focusEnd.optional(),
    members: z.array(sessionMember).optional(), at: instant,
  }),
});
export type UpdateParticipant = PayloadOf<typeof UpdateParticipant>;

/** A device answers an invitation, leaves, or restarts a long-lived group. */
export const ActInSession = defineEvent({
  type: 'ActInSession', version: 1, owner: 'routing', listeners: ['routing'], writers: ['client-edge'],
  summary: 'A device accepts, rejects, leaves or restarts a session',
  key: ({ user }) => user,
  schema: z.object({
    commandId: z.string(), user: keyedAddress, device: keyedDeviceId, sessionId: z.string(),
    act: z.enum(['accept', 'reject', 'leave', 'restart']), failure: deviceFailure.optional(), at: instant,
  }),
});
export type ActInSession = PayloadOf<typeof ActInSession>;

/** A device, or the Primary by SMS, says something in a session: in the sender's log. */
export const SendChatMessage = defineEvent({
  type: 'SendChatMessage', version: 1, owner: 'routing', listeners: ['routing'], writers: ['sms-interworking-gateway', 'client-edge'],
  summary: 'A user says something in a session',
  key: ({ user }) => user,
  schema: z.object({ user: keyedAddress, sessionId: z.string(), message, via: z.enum(['IP', 'SMS']) }),
});
export type SendChatMessage = PayloadOf<typeof SendChatMessage>;

/** A chat message for one participant, in the order of the focus. */
export const PassChatMessage = defineEvent({
  type: 'PassChatMessage', version: 1, owner: 'routing', listeners: ['routing'],
  summary: 'A chat message for one participant of a session',
  key: ({ user }) => user,
  schema: z.object({ user: keyedAddress, sessionId: z.string(), message }),
});
export type PassChatMessage = PayloadOf<typeof PassChatMessage>;

/** Access or devices of the user changed: see whom an open invitation can reach now. */
export const ReconsiderParticipation = defineEvent({
  type: 'ReconsiderParticipation', version: 1, owner: 'routing', listeners: ['routing'],
  summary: 'See again whom an invitation can reach',
  key: ({ user }) => user,
  schema: z.object({ user: keyedAddress, participation: z.string(), reason: z.string(), at: instant }),
});
export type ReconsiderParticipation = PayloadOf<typeof ReconsiderParticipation>;
