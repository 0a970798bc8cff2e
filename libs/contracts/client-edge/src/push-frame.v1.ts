import { keyedAddress, keyedDeviceId, instant } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';


/** The types of downlink frames of the device stream. */
export const frameType = z.enum([
  'message.received', 'message.available', 'message.sent', 'disposition', 'message.revoked',
  'file-transfer.invited', 'file-transfer.accepted', 'file-transfer.cancelled', 'file-transfer.ended',
  'session.invited', 'session.established', 'session.cancelled', 'session.closed', 'session.message',
  'store.changed', 'sync.hint', 'devices.changed',
]);
export type FrameType = z.infer<typeof frameType>;

/** Put a frame on the streams of some of a user's devices. `frameKey` makes a repetition recognisable and the frame withdrawable. */
export const PushFrame = defineEvent({
  type: 'PushFrame', version: 1, owner: 'client-edge', listeners: ['client-edge'], writers: ['device-registry', 'routing', 'report-aggregation', 'message-store-sync'],
  summary: 'Put a frame on the streams of some devices of a user',
  key: (frame) => frame.user,
  schema: z.object({
    user: keyedAddress,
    /** Device ids, or every device of the user but `except`. */
    devices: z.union([z.array(keyedDeviceId), z.object({ except: keyedDeviceId.optional() })]),
    frameKey: z.string(),
    type: frameType,
    data: z.record(z.string(), z.unknown()),
    at: instant,
    /** After this the frame is not replayed any more, epoch ms. */
    expiresAt: instant,
  }),
});
export type PushFrame = PayloadOf<typeof PushFrame>;
