import type { T8MonitoringEventReport, T8Notification } from '@cpm/contracts-access-awareness';
import type { CpmAddress } from '@cpm/vocabulary';
import { allEvidence, cs, evidenceOf, ip, meaningOf, until, type NetworkEvidence, type Reading } from './network-evidence.js';
import { pdnConnectivity } from './pdn-connectivity.js';
import { subscriberOf } from './subscriber-identity.js';

/**
 * TS 29.122 reports of the subscribers that they name. `received` in epoch ms dates reports without `eventTime`; `user`: whose the subscription is,
 * for reports that name nobody. The subscription is to be renewed when `isCancelled`.
 */
export function t8Evidence(
  { monitoringEventReports: reports = [], cancelInd }: T8Notification, { received, user }: { readonly received: number; readonly user?: CpmAddress },
): NetworkEvidence & { readonly isCancelled: boolean } {
  const parts = reports.map((report) => {
    const { monitoringType: kind, eventTime: at = received } = report;
    return evidenceOf({ kind, user: namedBy(report) ?? user, at, source: 't8' }, meaningOf(MEANING, kind)?.(report) ?? 'not-about-access');
  });
  return { ...allEvidence(parts), isCancelled: cancelInd === true };
}

/** Undefined also where the name is not one of a subscriber here. */
function namedBy({ msisdn, externalId }: T8MonitoringEventReport): CpmAddress | undefined {
  if (msisdn !== undefined) return subscriberOf(`msisdn-${msisdn}`);
  return externalId === undefined ? undefined : subscriberOf(`extid-${externalId}`);
}

/** What each kind of report means; there is no report of becoming unreachable for SMS. */
const MEANING: Readonly<Record<string, (report: T8MonitoringEventReport) => Reading>> = {
  UE_REACHABILITY: reachability,
  LOSS_OF_CONNECTIVITY: lossOfConnectivity,
  PDN_CONNECTIVITY_STATUS: ({ pdnConnInfoList = [] }) => pdnConnectivity(pdnConnInfoList.map(({ status, apn, pdnType }) => ({ status, apn, type: pdnType }))),
  AVAILABILITY_AFTER_DDN_FAILURE: () => [ip('AVAILABLE')],
  CHANGE_OF_IMSI_IMEI_ASSOCIATION: () => 'sim-moved',
};

function reachability({ reachabilityType, maxUEAvailabilityTime }: T8MonitoringEventReport): Reading {
  if (reachabilityType === 'DATA') return [ip('AVAILABLE')];
  if (reachabilityType !== 'SMS') return 'unknown-reachability-type';
  return [cs('AVAILABLE', 'DELIVERABLE', until(maxUEAvailabilityTime))];
}

/** Lost to the packet core; the MSC may still reach it, so CS becomes unknown, not unavailable. */
function lossOfConnectivity({ lossOfConnectReason }: T8MonitoringEventReport): Reading {
  const cause = lossOfConnectReason === undefined ? {} : { cause: LOSS_REASON[lossOfConnectReason] ?? `loss-reason-${lossOfConnectReason}` };
  return [ip('UNAVAILABLE', cause), cs('UNKNOWN', 'HINT', cause)];
}

/** TS 29.336 8.4.58. */
const LOSS_REASON: Readonly<Record<number, string>> = {
  0: 'detached-mme', 1: 'detached-sgsn', 2: 'max-detection-time-mme', 3: 'max-detection-time-sgsn', 4: 'purged-mme', 5: 'purged-sgsn',
};
