import { z } from 'zod';
import { dateTime, openEnum } from './network-values.js';

const device = z.object({
  /** E.164; releases before 2024 let the `+` be left out. */
  phoneNumber: z.string().regex(/^\+?[1-9][0-9]{4,14}$/, 'must be a telephone number in international form').optional(),
  /** `<local>@<domain>`: the external identifier of 3GPP TS 23.003. */
  networkAccessIdentifier: z.string().max(256).optional(),
});

const status = openEnum(['CONNECTED_DATA', 'CONNECTED_SMS', 'NOT_CONNECTED']);

/**
 * A CloudEvents 1.0 event of CAMARA Device Reachability Status in the structured JSON mode. `type` ends with what happened;
 * `reachabilityStatus` and `connectivityStatus` are the single enumeration of releases up to 0.7 and 0.6.
 */
export const camaraEvent = z.object({
  id: z.string().min(1).max(256),
  source: z.string().min(1).max(2048),
  specversion: z.literal('1.0'),
  type: z.string().min(1).max(256),
  time: dateTime,
  data: z.object({
    device: device.optional(),
    subscriptionId: z.string().max(256).optional(),
    terminationReason: z.string().max(256).optional(),
    reachabilityStatus: status.optional(),
    connectivityStatus: status.optional(),
  }).optional(),
});
export type CamaraEvent = z.infer<typeof camaraEvent>;
