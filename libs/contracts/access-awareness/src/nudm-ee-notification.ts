import { z } from 'zod';
import { accessTypeList, cmInfoList, lossOfConnectivityReason, rmInfoList, ueReachability } from './namf-notification.js';
import { accessType, dateTime, gpsi, openEnum, token } from './network-values.js';

/** TS 29.503 PdnConnectivityStatReport. */
export const pdnConnectivityStatReport = z.object({
  pdnConnStat: openEnum(['ESTABLISHED', 'RELEASED']),
  dnn: z.string().max(100).optional(),
  pduSessType: token.optional(),
});
export type PdnConnectivityStatReport = z.infer<typeof pdnConnectivityStatReport>;

/**
 * TS 29.503 Report is one of several without a discriminator: `eventType` tells which, so that every member is optional here.
 * The last three are an AMF's, which a UDM may pass on for the event types that it has from there and gives no report of its own.
 */
const report = z.object({
  lossOfConnectReason: lossOfConnectivityReason.optional(),
  newCmInfoList: cmInfoList.optional(),
  ...pdnConnectivityStatReport.partial().shape,
  rmInfoList: rmInfoList.optional(),
  cmInfoList: cmInfoList.optional(),
  accessTypeList: accessTypeList.optional(),
});

const monitoringReport = z.object({
  referenceId: z.number().int().min(0),
  eventType: openEnum([
    'LOSS_OF_CONNECTIVITY', 'UE_REACHABILITY_FOR_DATA', 'UE_REACHABILITY_FOR_SMS', 'CHANGE_OF_SUPI_PEI_ASSOCIATION', 'AVAILABILITY_AFTER_DDN_FAILURE',
    'CN_TYPE_CHANGE', 'PDN_CONNECTIVITY_STATUS', 'UE_CONNECTION_MANAGEMENT_STATE', 'ACCESS_TYPE_REPORT', 'REGISTRATION_STATE_REPORT',
    'CONNECTIVITY_STATE_REPORT', 'UE_MEMORY_AVAILABLE_FOR_SMS',
  ]),
  timeStamp: dateTime,
  /** Named where the subscription is of more than one UE. */
  gpsi: gpsi.optional(),
  reachabilityForSmsReport: z.object({ smsfAccessType: accessType, maxAvailabilityTime: dateTime.optional() }).optional(),
  reachabilityReport: z.object({
    reachability: ueReachability.optional(),
    maxAvailabilityTime: dateTime.optional(),
  }).optional(),
  report: report.optional(),
});
export type NudmMonitoringReport = z.infer<typeof monitoringReport>;

/** A TS 29.503 notification: the array of MonitoringReports; instants become epoch ms, members that say nothing of access are dropped. */
export const nudmEeNotification = z.array(monitoringReport).min(1).max(500);
export type NudmEeNotification = z.infer<typeof nudmEeNotification>;

/** TS 29.503 ReachabilityForSmsConfiguration of the subscription: no report repeats it, so whoever subscribes writes it into the callback. */
export const reachabilityForSmsConfiguration = openEnum(['REACHABILITY_FOR_SMS_OVER_NAS', 'REACHABILITY_FOR_SMS_OVER_IP']);
