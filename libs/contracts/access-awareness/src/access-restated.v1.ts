import { accessState, instant, keyedAddress, keyedDeviceId } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';


/**
 * A source speaks again of everything that it said by `at` about the devices of a user, without saying it anew: whatever is
 * left out stays as it was. With neither `state` nor `validUntil` the source stands by its words. Newer words are not touched.
 */
export const AccessRestated = defineEvent({
  type: 'AccessRestated', version: 1, owner: 'access-awareness', listeners: ['access-awareness'],
  summary: 'A source of evidence confirmed, replaced or limited all it had said of a user',
  key: ({ user }) => user,
  schema: z.object({
    user: keyedAddress,
    /** As in AccessObserved. */
    source: z.string(),
    at: instant,
    /** Devices that it speaks of by name elsewhere. */
    except: z.array(keyedDeviceId).max(256).optional(),
    state: accessState.optional(),
    /** Until when its words count at most; afterwards the state is UNKNOWN. */
    validUntil: instant.optional(),
    /** As in AccessObserved. */
    documentVersion: z.number().int().min(0).optional(),
  }),
});
export type AccessRestated = PayloadOf<typeof AccessRestated>;
