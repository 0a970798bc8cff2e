import { cpmAddress, deviceId } from '@cpm/vocabulary';
import { z } from 'zod';

const contact = z
  .object({
    deviceId,
    state: z.enum(['active', 'terminated']),
    /** Seconds from now (RFC 3680); 0 ends the registration. */
    expires: z.number().int().min(0).max(7 * 86_400).optional(),
  })
  .refine(({ state, expires }) => state === 'terminated' || expires !== undefined, {
    path: ['expires'], message: 'an active contact needs its remaining seconds',
  });

/** The registrations of one CPM Address as the IMS core reports them, one entry per contact. */
export const imsRegistration = z.object({ address: cpmAddress, contacts: z.array(contact).min(1).max(64) });
export type ImsRegistration = z.infer<typeof imsRegistration>;
