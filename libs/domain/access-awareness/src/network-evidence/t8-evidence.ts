import type { AccessObserved, T8MonitoringEventReport, T8MonitoringType, T8Notification } from '@cpm/contracts-access-awareness';
import type { AccessState, Confidence } from '@cpm/vocabulary';

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

type Meaning = Pick<T8Evidence, 'access' | 'state' | 'confidence'> & Partial<Pick<T8Evidence, 'validUntil' | 'cause'>>;
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
  return [{ ...cs('AVAILABLE', 'DELIVERABLE'), ...(maxUEAvailabilityTime !== undefined && { validUntil: maxUEAvailabilityTime }) }];
}

/** Lost to the packet core; the MSC may still reach it, so CS becomes unknown, not unavailable. */
function lossOfConnectivity({ lossOfConnectReason }: T8MonitoringEventReport): Reading {
  const cause = lossOfConnectReason === undefined ? {} : { cause: LOSS_REASON[lossOfConnectReason] ?? `loss-reason-${lossOfConnectReason}` };
  return [{ ...ip('UNAVAILABLE'), ...cause }, { ...cs('UNKNOWN', 'HINT'), ...cause }];
}

/** TS 29.336 8.4.58. */
const LOSS_REASON: Readonly<Record<number, string>> = {
  0: 'detached-mme', 1: 'detached-sgsn', 2: 'max-detection-time-mme', 3: 'max-detection-time-sgsn', 4: 'purged-mme', 5: 'purged-sgsn',
};

/** Connections that carry CPM; one whose APN the network does not tell may be one of them. */
const RELEVANT_APNS: readonly string[] = ['ims', 'internet'];

function pdnConnectivity({ pdnConnInfo, pdnConnInfoList = [] }: T8MonitoringEventReport): Reading {
  const statuses = [...(pdnConnInfo ? [pdnConnInfo] : []), ...pdnConnInfoList]
    .filter(({ apn, pdnType }) => pdnType !== 'NON_IP' && (apn === undefined || RELEVANT_APNS.includes(networkIdentifier(apn))))
    .map(({ status }) => status);
  if (statuses.includes('CREATED')) return [ip('AVAILABLE')];
  return statuses.includes('RELEASED') ? [ip('UNAVAILABLE')] : 'no-relevant-pdn-connection';
}

/** `Internet.mnc001.mcc262.gprs` -> `internet`: the operator identifier does not matter (TS 23.003 9.1). */
function networkIdentifier(apn: string): string {
  return apn.toLowerCase().replace(/\.mnc\d{3}\.mcc\d{3}\.gprs$/, '');
}

/** Radio reports are hints for IP: only a connection of the device proves it. */
function ip(state: AccessState): Meaning {
  return { access: 'IP', state, confidence: 'HINT' };
}

function cs(state: AccessState, confidence: Confidence): Meaning {
  return { access: 'CS', state, confidence };
}
