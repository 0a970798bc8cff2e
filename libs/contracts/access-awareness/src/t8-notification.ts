import { z } from 'zod';
import { dateTime, openEnum, token } from './network-values.js';

/** The events 3GPP TS 29.122 (5.3.2.4.3) knows; most say nothing about access. */
export const t8MonitoringType = openEnum([
  'LOSS_OF_CONNECTIVITY', 'UE_REACHABILITY', 'LOCATION_REPORTING', 'CHANGE_OF_IMSI_IMEI_ASSOCIATION', 'ROAMING_STATUS',
  'COMMUNICATION_FAILURE', 'AVAILABILITY_AFTER_DDN_FAILURE', 'NUMBER_OF_UES_IN_AN_AREA', 'PDN_CONNECTIVITY_STATUS',
  'DOWNLINK_DATA_DELIVERY_STATUS', 'API_SUPPORT_CAPABILITY', 'NUM_OF_REGD_UES', 'NUM_OF_ESTD_PDU_SESSIONS', 'AREA_OF_INTEREST',
  'GROUP_MEMBER_LIST_CHANGE', 'APPLICATION_START', 'APPLICATION_STOP', 'SESSION_INACTIVITY_TIME', 'TRAFFIC_VOLUME', 'UL_DL_DATA_RATE',
]);

const pdnConnection = z.object({ status: token, apn: z.string().max(100).optional(), pdnType: token.optional() });

const monitoringEventReport = z.object({
  monitoringType: t8MonitoringType,
  msisdn: z.string().regex(/^\d{5,15}$/, 'must be 5 to 15 digits without +').optional(),
  /** `<local>@<domain>` (TS 23.003 19.7.2). */
  externalId: z.string().max(256).optional(),
  eventTime: dateTime.optional(),
  reachabilityType: token.optional(),
  maxUEAvailabilityTime: dateTime.optional(),
  /** TS 29.336 8.4.58. */
  lossOfConnectReason: z.number().int().min(0).max(65_535).optional(),
  pdnConnInfoList: z.array(pdnConnection).max(32).optional(),
});
export type T8MonitoringEventReport = z.infer<typeof monitoringEventReport>;

/** The part of a TS 29.122 MonitoringNotification that speaks of access; instants become epoch ms, other members are dropped. */
export const t8Notification = z.object({
  subscription: z.string().min(1).max(2048),
  monitoringEventReports: z.array(monitoringEventReport).min(1).max(500).optional(),
  /** The network has cancelled the subscription: subscribe again. */
  cancelInd: z.boolean().optional(),
});
export type T8Notification = z.infer<typeof t8Notification>;
