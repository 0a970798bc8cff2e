import { instant, keyedAddress, keyedDeviceId, message, sessionHead } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';

/** A user starts a session; its focus is decided in his log. */
export const StartSession = defineEvent({
  type: 'StartSession', version: 1, owner: 'routing', listeners: ['routing'], writers: ['client-edge'],
  summary: 'A device starts a session',
  key: ({ session: { creator } }) => creator,
  schema: z.object({ session: sessionHead, device: keyedDeviceId, at: instant }),
});
export type StartSession = PayloadOf<typeof StartSession>;

/** What became of a participant, for the focus. `restart` asks it to bring a long-lived group together again. */
export const ReportParticipation = defineEvent({
  type: 'ReportParticipation', version: 1, owner: 'routing', listeners: ['routing'],
  summary: 'What became of a participant of a session',
  key: ({ creator }) => creator,
  schema: z.object({
    creator: keyedAddress, sessionId: z.string(), user: keyedAddress, generation: z.number().int(),
    said: z.enum(['joined', 'declined', 'missed', 'left', 'restart']), device: keyedDeviceId.optional(), at: instant,
  }),
});
export type ReportParticipation = PayloadOf<typeof ReportParticipation>;

/** A chat message on its way from its sender's log to the focus, where all messages of a session get their order. */
export const RelayChatMessage = defineEvent({
  type: 'RelayChatMessage', version: 1, owner: 'routing', listeners: ['routing'],
  summary: 'A chat message for the focus of its session',
  key: ({ creator }) => creator,
  schema: z.object({ creator: keyedAddress, sessionId: z.string(), message }),
});
export type RelayChatMessage = PayloadOf<typeof RelayChatMessage>;
