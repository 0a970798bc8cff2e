import { ip, type Reading } from './network-evidence.js';

/** A connection of the UE to a packet data network, in the words of whichever document; one whose APN or type is not told may be any. */
export interface PdnConnection {
  readonly status?: string | undefined;
  readonly apn?: string | undefined;
  readonly type?: string | undefined;
}

/** Connections that carry CPM. */
const RELEVANT_APNS: readonly string[] = ['ims', 'internet'];
/** Types that carry no IP: of TS 29.122 PdnType and TS 29.571 PduSessionType. */
const WITHOUT_IP: readonly string[] = ['NON_IP', 'ETHERNET', 'UNSTRUCTURED'];
/** TS 29.122 says CREATED, TS 29.503 ESTABLISHED. */
const UP: readonly string[] = ['CREATED', 'ESTABLISHED'];

/** One relevant connection is enough for IP. */
export function pdnConnectivity(connections: readonly PdnConnection[]): Reading {
  const relevant = connections.filter(({ apn, type = '' }) => isRelevant(apn) && !WITHOUT_IP.includes(type));
  if (relevant.length === 0) return 'no-relevant-pdn-connection';
  if (relevant.some(({ status = '' }) => UP.includes(status))) return [ip('AVAILABLE')];
  return relevant.some(({ status }) => status === 'RELEASED') ? [ip('UNAVAILABLE')] : 'nothing-said';
}

/** `Internet.mnc001.mcc262.gprs` -> `internet`: the operator identifier does not matter (TS 23.003 9.1). */
function isRelevant(apn: string | undefined): boolean {
  return apn === undefined || RELEVANT_APNS.includes(apn.toLowerCase().replace(/\.mnc\d{3}\.mcc\d{3}\.gprs$/, ''));
}
