import { instant, keyedAddress, keyedDeviceId } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';

const command = { user: keyedAddress, commandId: z.string(), subscriptionId: z.string(), at: instant };

/** Where a subscription goes on: after the change numbered `position`, with the list numbered `index`. */
export const subscriptionPlace = z.object({ position: z.number().int().nonnegative(), index: z.number().int().positive() });
export type SubscriptionPlace = z.infer<typeof subscriptionPlace>;

/** A device wants to hear of changes of its user's box; without `notifyUrl` it asks for them itself. */
export const SubscribeToBox = defineEvent({
  type: 'SubscribeToBox', version: 1, owner: 'message-store-sync', listeners: ['message-store-sync'],
  summary: 'A device subscribes to the changes of its user\'s box, or goes on with a subscription',
  key: ({ user }) => user,
  schema: z.object({
    ...command, device: keyedDeviceId,
    /** Whether it must be known already. */
    renewal: z.boolean(),
    durationSec: z.number().int().positive().optional(),
    clientCorrelator: z.string().optional(),
    notifyUrl: z.string().optional(),
    callbackData: z.string().optional(),
    /** Of a restart token: replay from there; `rules` are those that the device's view was made under. */
    place: subscriptionPlace.extend({ rules: z.number().int().nonnegative() }).optional(),
  }),
});
export type SubscribeToBox = PayloadOf<typeof SubscribeToBox>;

export const UnsubscribeFromBox = defineEvent({
  type: 'UnsubscribeFromBox', version: 1, owner: 'message-store-sync', listeners: ['message-store-sync'],
  summary: 'A device ends a subscription',
  key: ({ user }) => user,
  schema: z.object(command),
});
export type UnsubscribeFromBox = PayloadOf<typeof UnsubscribeFromBox>;

/** What became of one list. `empty`: of the changes up to `position` the subscriber wants none, nothing was sent. */
export const NotificationOutcome = defineEvent({
  type: 'NotificationOutcome', version: 1, owner: 'message-store-sync', listeners: ['message-store-sync'],
  summary: 'A list of changes was taken by the subscriber, or not',
  key: ({ user }) => user,
  schema: z.object({ user: keyedAddress, subscriptionId: z.string(), index: z.number().int(), position: z.number().int(), outcome: z.enum(['taken', 'empty', 'failed']), at: instant }),
});
export type NotificationOutcome = PayloadOf<typeof NotificationOutcome>;
