import type { AmfEventReport, NamfNotification, NudmEeNotification, NudmMonitoringReport } from '@cpm/contracts-access-awareness';
import type { CpmAddress } from '@cpm/vocabulary';
import { accessTypes, connectionManagement, lossOfConnectivity, pdnSession, reachability, reachabilityForSms, registrationManagement } from './five-g-meaning.js';
import { allEvidence, cs, evidenceOf, ip, meaningOf, type NetworkEvidence, type Reading } from './network-evidence.js';
import { subscriberOf } from './subscriber-identity.js';

/** What the callback was subscribed for, as far as its address tells. */
export interface NudmSubscription {
  /** The UE, for reports that name none. */
  readonly user?: CpmAddress | undefined;
  /** Short messages over IP (IP-SM-GW) rather than over NAS. */
  readonly smsOverIp?: boolean;
}

/**
 * TS 29.503 reports. A report without `gpsi` is about the UE of the subscription: the one of the callback's address, or
 * the only one that the notification names, since reports on several UEs all name theirs.
 */
export function nudmEeEvidence(reports: NudmEeNotification, subscription: NudmSubscription = {}): NetworkEvidence {
  const named = new Set(reports.flatMap(({ gpsi }) => (gpsi === undefined ? [] : [subscriberOf(gpsi)])));
  const unnamed = subscription.user ?? (named.size === 1 ? [...named][0] : undefined);
  return allEvidence(reports.map((report) => {
    const user = report.gpsi === undefined ? unnamed : subscriberOf(report.gpsi);
    return evidenceOf({ kind: report.eventType, user, at: report.timeStamp, source: 'nudm-ee' }, meaningOf(UDM, report.eventType)?.(report, subscription) ?? 'not-about-access');
  }));
}

/** TS 29.518 reports, which an AMF sends to the callback of a TS 29.503 subscription itself where the UDM has handed it on. */
export function namfEvidence({ reportList = [] }: NamfNotification, subscription: NudmSubscription = {}): NetworkEvidence {
  return allEvidence(reportList.map((report) => {
    const user = report.gpsi === undefined ? subscription.user : subscriberOf(report.gpsi);
    return evidenceOf({ kind: report.type, user, at: report.timeStamp, source: 'nudm-ee' }, meaningOf(AMF, report.type)?.(report, subscription) ?? 'not-about-access');
  }));
}

type Meanings<Report> = Readonly<Record<string, (report: Report, subscription: NudmSubscription) => Reading>>;

const UDM: Meanings<NudmMonitoringReport> = {
  UE_REACHABILITY_FOR_SMS: (report, { smsOverIp = false }) => reachabilityForSms(report, { overIp: smsOverIp }),
  UE_REACHABILITY_FOR_DATA: ({ reachabilityReport = {} }) => reachability(reachabilityReport),
  LOSS_OF_CONNECTIVITY: ({ report }) => lossOfConnectivity(report?.lossOfConnectReason),
  PDN_CONNECTIVITY_STATUS: ({ report = {} }) => pdnSession(report),
  UE_CONNECTION_MANAGEMENT_STATE: ({ report }) => connectionManagement(report?.newCmInfoList),
  CONNECTIVITY_STATE_REPORT: ({ report }) => connectionManagement(report?.cmInfoList ?? report?.newCmInfoList),
  REGISTRATION_STATE_REPORT: ({ report }) => registrationManagement(report?.rmInfoList),
  ACCESS_TYPE_REPORT: ({ report }) => accessTypes(report?.accessTypeList),
  AVAILABILITY_AFTER_DDN_FAILURE: () => [ip('AVAILABLE')],
  UE_MEMORY_AVAILABLE_FOR_SMS: () => [cs('AVAILABLE', 'DELIVERABLE', { cause: 'memory-available' })],
  CN_TYPE_CHANGE: () => 'restated',
  CHANGE_OF_SUPI_PEI_ASSOCIATION: () => 'sim-moved',
};

const AMF: Meanings<AmfEventReport> = {
  REACHABILITY_REPORT: reachability,
  LOSS_OF_CONNECTIVITY: ({ lossOfConnectReason }) => lossOfConnectivity(lossOfConnectReason),
  CONNECTIVITY_STATE_REPORT: ({ cmInfoList }) => connectionManagement(cmInfoList),
  REGISTRATION_STATE_REPORT: ({ rmInfoList }) => registrationManagement(rmInfoList),
  ACCESS_TYPE_REPORT: ({ accessTypeList }) => accessTypes(accessTypeList),
  AVAILABILITY_AFTER_DDN_FAILURE: () => [ip('AVAILABLE')],
};
