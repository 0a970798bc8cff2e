import { z } from 'zod';
import { lossOfConnectivityReason } from './namf-notification.js';
import { dateTime, openEnum } from './network-values.js';
import { pdnConnectivityStatReport } from './nudm-ee-notification.js';

const monitoringReport = z.object({
  referenceId: z.number().int().min(0),
  eventType: openEnum([
    'LOSS_OF_CONNECTIVITY', 'UE_REACHABILITY_FOR_DATA', 'UE_REACHABILITY_FOR_SMS', 'AVAILABILITY_AFTER_DDN_FAILURE', 'PDN_CONNECTIVITY_STATUS',
  ]),
  timeStamp: dateTime,
  report: z.object({
    reachabilityForSmsReport: z.object({ reachabilitySmsStatus: z.boolean(), maxAvailabilityTime: dateTime.optional() }).optional(),
    reachabilityForDataReport: z.object({ reachabilityDataStatus: z.boolean(), maxAvailabilityTime: dateTime.optional() }).optional(),
    lossConnectivityReport: z.object({ lossOfConnectReason: lossOfConnectivityReason }).optional(),
    pdnConnectivityStatReport: pdnConnectivityStatReport.optional(),
  }).optional(),
});
export type NhssMonitoringReport = z.infer<typeof monitoringReport>;

/** A TS 29.563 notification: the array of MonitoringReports, none of which names the UE. */
export const nhssEeNotification = z.array(monitoringReport).min(1).max(500);
export type NhssEeNotification = z.infer<typeof nhssEeNotification>;
