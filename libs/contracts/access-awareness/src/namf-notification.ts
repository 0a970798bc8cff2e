import { z } from 'zod';
import { accessType, dateTime, gpsi, openEnum } from './network-values.js';

/** TS 29.518 UeReachability. */
export const ueReachability = openEnum(['REACHABLE', 'UNREACHABLE', 'REGULATORY_ONLY']);

/** TS 29.518 LossOfConnectivityReason. */
export const lossOfConnectivityReason = openEnum(['DEREGISTERED', 'MAX_DETECTION_TIME_EXPIRED', 'PURGED', 'UNAVAILABLE_PERIOD']);

/** TS 29.518 CmInfo per access: IDLE only means that nothing is sent just now. */
export const cmInfoList = z.array(z.object({ cmState: openEnum(['IDLE', 'CONNECTED']), accessType })).min(1).max(8);

/** TS 29.518 RmInfo per access. */
export const rmInfoList = z.array(z.object({ rmState: openEnum(['REGISTERED', 'DEREGISTERED']), accessType })).min(1).max(8);

export const accessTypeList = z.array(accessType).min(1).max(8);

const amfEventReport = z.object({
  type: openEnum([
    'REACHABILITY_REPORT', 'REGISTRATION_STATE_REPORT', 'CONNECTIVITY_STATE_REPORT', 'LOSS_OF_CONNECTIVITY', 'ACCESS_TYPE_REPORT', 'AVAILABILITY_AFTER_DDN_FAILURE',
  ]),
  timeStamp: dateTime,
  gpsi: gpsi.optional(),
  reachability: ueReachability.optional(),
  maxAvailabilityTime: dateTime.optional(),
  rmInfoList: rmInfoList.optional(),
  cmInfoList: cmInfoList.optional(),
  accessTypeList: accessTypeList.optional(),
  lossOfConnectReason: lossOfConnectivityReason.optional(),
});
export type AmfEventReport = z.infer<typeof amfEventReport>;

/** The part of a TS 29.518 AmfEventNotification that speaks of access; instants become epoch ms, other members are dropped. */
export const namfNotification = z.object({ reportList: z.array(amfEventReport).min(1).max(500).optional() });
export type NamfNotification = z.infer<typeof namfNotification>;
