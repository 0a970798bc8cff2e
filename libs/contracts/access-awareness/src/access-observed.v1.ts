import { accessKind, accessState, confidence, instant, keyedAddress, keyedDeviceId } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';


/**
 * Evidence about one access of one device. `device` absent: the Primary (networks address the MSISDN).
 * Evidence older than what is known of the same (device, access, source) changes nothing.
 */
export const AccessObserved = defineEvent({
  type: 'AccessObserved', version: 1, owner: 'access-awareness', listeners: ['access-awareness'], writers: ['access-awareness', 'routing', 'sms-interworking-gateway', 'client-edge'],
  summary: 'Evidence about one access of one device',
  key: ({ user }) => user,
  schema: z.object({
    user: keyedAddress,
    device: keyedDeviceId.optional(),
    access: accessKind,
    state: accessState,
    confidence,
    /** Who says so: `connection/<id>`, `t8`, `nudm-ee`, `nhss-ee`, `nhss-ims-sdm`, `camara/<subscription id>`, `reginfo`, `smpp-receipt`, `smpp-alert`, `push-timeout`. */
    source: z.string(),
    observedAt: instant,
    /** Until when the evidence speaks; afterwards, and without it when the source was silent for `access.staleAfterSec`, the state is UNKNOWN. */
    validUntil: instant.optional(),
    /** Why, in words of the network, in lower-case kebab-case: `absent-subscriber`, `barred`, `memory-full`, … */
    cause: z.string().optional(),
    /** Of the document that it stands in, where the source numbers them: one with a lower number that comes after it says nothing any more. */
    documentVersion: z.number().int().min(0).optional(),
  }),
});
export type AccessObserved = PayloadOf<typeof AccessObserved>;
