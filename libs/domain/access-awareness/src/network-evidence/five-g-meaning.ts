import type { AccessType, AmfEventReport, NudmMonitoringReport, PdnConnectivityStatReport } from '@cpm/contracts-access-awareness';
import { cs, ip, until, type Reading } from './network-evidence.js';
import { pdnConnectivity } from './pdn-connectivity.js';

/** TS 29.518 UeReachability: REGULATORY_ONLY lets neither data nor short messages through. */
export function reachability({ reachability: state, maxAvailabilityTime }: Pick<AmfEventReport, 'reachability' | 'maxAvailabilityTime'>): Reading {
  switch (state) {
    case 'REACHABLE': return [ip('AVAILABLE', until(maxAvailabilityTime))];
    case 'UNREACHABLE': return [ip('UNAVAILABLE')];
    case 'REGULATORY_ONLY': return [ip('UNAVAILABLE', { cause: 'regulatory-only' }), cs('UNAVAILABLE', 'DELIVERABLE', { cause: 'regulatory-only' })];
    default: return 'nothing-said';
  }
}

/** Gone for the whole network after DEREGISTERED and PURGED; only not heard of after the rest, so that an MSC may still reach it. */
export function lossOfConnectivity(reason: AmfEventReport['lossOfConnectReason']): Reading {
  const cause = reason === undefined ? {} : { cause: reason.toLowerCase().replaceAll('_', '-') };
  const isGone = reason === 'DEREGISTERED' || reason === 'PURGED';
  return [ip('UNAVAILABLE', cause), cs(isGone ? 'UNAVAILABLE' : 'UNKNOWN', 'HINT', cause)];
}

/** IDLE is not unavailable: an idle device is paged. */
export function connectionManagement(states: AmfEventReport['cmInfoList'] = []): Reading {
  if (states.some(({ cmState }) => cmState === 'CONNECTED')) return [ip('AVAILABLE')];
  return states.length > 0 ? 'idle-is-not-unavailable' : 'nothing-said';
}

/** Registered over any access, IP may be there; no longer registered with the mobile network, no short message gets there either. Wi-Fi that is left says nothing of the rest. */
export function registrationManagement(states: AmfEventReport['rmInfoList'] = []): Reading {
  const has = (state: string) => states.filter(({ rmState }) => rmState === state);
  const isRegistered = has('REGISTERED').length > 0;
  const hasLeft = has('DEREGISTERED').some(({ accessType }) => accessType === '3GPP_ACCESS');
  if (!isRegistered && !hasLeft) return 'nothing-said';
  const cause = { cause: 'deregistered' };
  return [isRegistered ? ip('AVAILABLE') : ip('UNAVAILABLE', cause), ...(hasLeft ? [cs('UNAVAILABLE', 'HINT', cause)] : [])];
}

/** The accesses a device is registered over, Wi-Fi included. */
export function accessTypes(types: readonly AccessType[] = []): Reading {
  return types.length > 0 ? [ip('AVAILABLE')] : 'nothing-said';
}

/** TS 29.503 PdnConnectivityStatReport. */
export function pdnSession({ pdnConnStat, dnn, pduSessType }: { readonly [Member in keyof PdnConnectivityStatReport]?: string | undefined }): Reading {
  return pdnConnectivity([{ status: pdnConnStat, apn: dnn, type: pduSessType }]);
}

/** Short messages over the NAS of Wi-Fi are no news of the mobile network. */
export function reachabilityForSms(
  { reachabilityForSmsReport: report }: Pick<NudmMonitoringReport, 'reachabilityForSmsReport'>, { overIp }: { readonly overIp: boolean },
): Reading {
  const end = until(report?.maxAvailabilityTime);
  const sms = cs('AVAILABLE', 'DELIVERABLE', end);
  if (overIp) return [ip('AVAILABLE', end), sms];
  return report?.smsfAccessType === 'NON_3GPP_ACCESS' ? [ip('AVAILABLE', end)] : [sms];
}
