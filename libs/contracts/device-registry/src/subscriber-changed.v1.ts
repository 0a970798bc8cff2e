import { autoAnswer, capabilities, deviceRole, instant, keyedAddress, keyedDeviceId, preferenceProfile } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';


/** A device as the other services know it. The Primary stands here even when it never registered in CPM. */
export const registeredDevice = z.object({
  id: keyedDeviceId,
  name: z.string(),
  role: deviceRole,
  /** False for a provisioned Primary that has not registered in CPM yet: reachable by SMS only. */
  registered: z.boolean(),
  capabilities,
  autoAnswer,
});
export type RegisteredDevice = z.infer<typeof registeredDevice>;

/** Snapshot of a subscriber after a change; `version` grows by one per change, so an older one is ignored. */
export const SubscriberChanged = defineEvent({
  type: 'SubscriberChanged', version: 1, owner: 'device-registry',
  listeners: ['access-awareness', 'routing', 'report-aggregation', 'message-store-sync', 'client-edge'],
  summary: 'Snapshot of a subscriber, his devices and his active preferences',
  key: ({ user }) => user,
  schema: z.object({
    user: keyedAddress,
    version: z.number().int(),
    removed: z.boolean(),
    language: z.string().optional(),
    devices: z.array(registeredDevice),
    profile: preferenceProfile,
    at: instant,
  }),
});
export type SubscriberChanged = PayloadOf<typeof SubscriberChanged>;
