import type { NhssEeNotification, NhssMonitoringReport, UeReachabilityNotification } from '@cpm/contracts-access-awareness';
import type { CpmAddress } from '@cpm/vocabulary';
import { lossOfConnectivity, pdnSession } from './five-g-meaning.js';
import { allEvidence, cs, evidenceOf, ip, until, type NetworkEvidence, type Reading } from './network-evidence.js';

/** TS 29.563 reports about the UE that the callback's address names. An HSS says in so many words that a UE is not reachable. */
export function nhssEeEvidence(reports: NhssEeNotification, user: CpmAddress | undefined): NetworkEvidence {
  return allEvidence(reports.map((report) =>
    evidenceOf({ kind: report.eventType, user, at: report.timeStamp, source: 'nhss-ee' }, meaningOf(report))));
}

/** TS 29.562: that IP reaches the UE, or not; dated by its arrival (`received` in epoch ms), having no time of its own. */
export function nhssImsSdmEvidence({ reachabilityIndicator }: UeReachabilityNotification, { user, received }: {
  readonly user: CpmAddress | undefined;
  readonly received: number;
}): NetworkEvidence {
  return evidenceOf({ kind: 'ue-reach', user, at: received, source: 'nhss-ims-sdm' }, [ip(reachabilityIndicator ? 'AVAILABLE' : 'UNAVAILABLE')]);
}

function meaningOf({ eventType, report = {} }: NhssMonitoringReport): Reading {
  switch (eventType) {
    case 'UE_REACHABILITY_FOR_SMS': return reachabilityForSms(report);
    case 'UE_REACHABILITY_FOR_DATA': return reachabilityForData(report);
    case 'LOSS_OF_CONNECTIVITY': return lossOfConnectivity(report.lossConnectivityReport?.lossOfConnectReason);
    case 'PDN_CONNECTIVITY_STATUS': return pdnSession(report.pdnConnectivityStatReport ?? {});
    case 'AVAILABILITY_AFTER_DDN_FAILURE': return [ip('AVAILABLE')];
    default: return 'not-about-access';
  }
}

type Body = NonNullable<NhssMonitoringReport['report']>;

function reachabilityForSms({ reachabilityForSmsReport: report }: Body): Reading {
  if (!report) return 'nothing-said';
  return [report.reachabilitySmsStatus ? cs('AVAILABLE', 'DELIVERABLE', until(report.maxAvailabilityTime)) : cs('UNAVAILABLE', 'DELIVERABLE')];
}

function reachabilityForData({ reachabilityForDataReport: report }: Body): Reading {
  if (!report) return 'nothing-said';
  return [report.reachabilityDataStatus ? ip('AVAILABLE', until(report.maxAvailabilityTime)) : ip('UNAVAILABLE')];
}
