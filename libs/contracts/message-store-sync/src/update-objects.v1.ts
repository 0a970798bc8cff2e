import { instant, keyedAddress, keyedDeviceId } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';

const flags = z.array(z.string());

/** What happens to one object; what is left out stays. `folder` is the key of the folder that it moves to. */
export const objectUpdate = z.object({
  objectId: z.string(),
  addFlags: flags.optional(),
  removeFlags: flags.optional(),
  folder: z.string().optional(),
  /** `expired`: it was not the user who removed it. */
  remove: z.enum(['deleted', 'expired']).optional(),
});
export type ObjectUpdate = z.infer<typeof objectUpdate>;

/** A device, or the store's own retention, changes objects of a box; each takes a number of its own. */
export const UpdateObjects = defineEvent({
  type: 'UpdateObjects', version: 1, owner: 'message-store-sync', listeners: ['message-store-sync'],
  summary: 'Flags of stored objects change, or objects are moved or removed',
  key: ({ user }) => user,
  schema: z.object({ user: keyedAddress, commandId: z.string(), device: keyedDeviceId.optional(), at: instant, objects: z.array(objectUpdate).min(1).max(500) }),
});
export type UpdateObjects = PayloadOf<typeof UpdateObjects>;
