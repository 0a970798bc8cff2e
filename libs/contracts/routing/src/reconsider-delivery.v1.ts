import { instant, keyedAddress, keyedDeviceId } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';


/** Something a delivery depends on changed (access, devices): decide its legs again. */
export const ReconsiderDelivery = defineEvent({
  type: 'ReconsiderDelivery', version: 1, owner: 'routing', listeners: ['routing'],
  summary: 'Decide the open legs of a delivery again',
  key: ({ recipient }) => recipient,
  schema: z.object({
    recipient: keyedAddress,
    delivery: z.string(),
    reason: z.string(),
    /** The device whose access changed; absent where something else did. */
    device: keyedDeviceId.optional(),
    at: instant,
  }),
});
export type ReconsiderDelivery = PayloadOf<typeof ReconsiderDelivery>;
