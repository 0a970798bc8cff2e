import { z } from 'zod';
import { openEnum } from './network-values.js';

/** TS 29.562 UeReachabilityNotification: it has no time of its own and does not name the UE. */
export const ueReachabilityNotification = z.object({
  reachabilityIndicator: z.boolean(),
  detectingNode: openEnum(['SGSN', 'MME', 'AMF']),
  accessType: openEnum(['3GPP_ACCESS', 'NON_3GPP_ACCESS']),
});
export type UeReachabilityNotification = z.infer<typeof ueReachabilityNotification>;
