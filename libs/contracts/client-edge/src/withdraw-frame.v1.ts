import { keyedAddress, keyedDeviceId } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';


/** Take a frame off the streams of devices that have not fetched it: it went another way, or is void. */
export const WithdrawFrame = defineEvent({
  type: 'WithdrawFrame', version: 1, owner: 'client-edge', listeners: ['client-edge'], writers: ['routing'],
  summary: 'Take a frame off the streams of devices that have not fetched it yet',
  key: (frame) => frame.user,
  schema: z.object({ user: keyedAddress, devices: z.array(keyedDeviceId), frameKey: z.string() }),
});
export type WithdrawFrame = PayloadOf<typeof WithdrawFrame>;
