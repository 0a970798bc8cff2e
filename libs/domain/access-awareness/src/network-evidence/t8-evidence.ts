import type { AccessObserved, T8MonitoringEventReport, T8MonitoringType, T8Notification } from '@cpm/contracts-access-awareness';
import { cs, ip, isRelevantApn, until, type Meaning } from './network-evidence.js';

/** Evidence still without the user: his `msisdn` (digits, no `+`) names him. It is about his Primary, so it names no device. */
export type T8Evidence = Omit<AccessObserved, 'user' | 'device'> & { readonly msisdn: string };

export interface T8Ignored {
  readonly monitoringType: T8MonitoringType;
  readonly msisdn?: string;
  readonly reason: 'no-msisdn' | 'not-about-access' | 'unknown-reachability-type' | 'no-relevant-pdn-connection' | 'sim-moved';
}

/** `received` in epoch ms dates reports without `eventTime`. The subscription is to be renewed when `isCancelled`. */
export function t8Evidence(notification: T8Notification, received: number): {
  readonly observed: readonly T8Evidence[];
  readonly ignored: readonly T8Ignored[];
  readonly isCancelled: boolean;
} {
  const results = (notification.monitoringEventReports ?? []).map((report) => evidenceOf(report, received));
  return {
    observed: results.flatMap((result) => ('observed' in result ? result.observed : [])),
    ignored: results.flatMap((result) => ('ignored' in result ? [result.ignored] : [])),
    isCancelled: notification.cancelInd === true,
  };
}

type Reading = readonly Meaning[] | T8Ignored['reason'];

/** What each kind of report means; there is no report of becoming unreachable for SMS. */
const MEANING: Readonly<Partial<Record<T8MonitoringType, (report: T8MonitoringEventReport) => Reading>>> = {
  UE_REACHABILITY: reachability,
  LOSS_OF_CONNECTIVITY: lossOfConnectivity,
  PDN_CONNECTIVITY_STATUS: pdnConnectivity,
  AVAILABILITY_AFTER_DDN_FAILURE: () => [ip('AVAILABLE')],
  CHANGE_OF_IMSI_IMEI_ASSOCIATION: () => 'sim-moved',
};

function evidenceOf(report: T8MonitoringEventReport, received: number): { observed: readonly T8Evidence[] } | { ignored: T8Ignored } {
  const { monitoringType, msisdn, eventTime = received } = report;
  if (msisdn === undefined) return { ignored: { monitoringType, reason: 'no-msisdn' } };
  const reading = MEANING[monitoringType]?.(report) ?? 'not-about-access';
  if (typeof reading === 'string') return { ignored: { monitoringType, msisdn, reason: reading } };
  return { observed: reading.map((meaning) => ({ ...meaning, msisdn, source: 't8', observedAt: eventTime })) };
}

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

/** Connection types that carry no IP (TS 29.122 PdnType). */
const WITHOUT_IP: readonly string[] = ['NON_IP', 'ETHERNET'];

function pdnConnectivity({ pdnConnInfoList = [] }: T8MonitoringEventReport): Reading {
  const statuses = pdnConnInfoList
    .filter(({ apn, pdnType }) => !WITHOUT_IP.includes(pdnType ?? '') && isRelevantApn(apn))
    .map(({ status }) => status);
  if (statuses.includes('CREATED')) return [ip('AVAILABLE')];
  return statuses.includes('RELEASED') ? [ip('UNAVAILABLE')] : 'no-relevant-pdn-connection';
}
