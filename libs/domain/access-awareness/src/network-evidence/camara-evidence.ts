import type { CamaraEvent } from '@cpm/contracts-access-awareness';
import type { CpmAddress } from '@cpm/vocabulary';
import { cs, evidenceOf, ip, type NetworkEvidence, type Reading } from './network-evidence.js';
import { subscriberOf } from './subscriber-identity.js';

/** How long what a subscription said counts after its end: the time to subscribe again. */
const GRACE_MS = 5 * 60_000;

/**
 * `org.camaraproject.device-reachability-status-subscriptions.v0.reachability-sms`, and as releases before 2024 named it:
 * `org.camaraproject.device-status.v0.connectivity-sms`. Any version.
 */
const TYPE = /^org\.camaraproject\.device-(?:reachability-)?status(?:-subscriptions)?\.(?:.+\.)?([\w-]+)$/;

const DATA: Reading = [ip('AVAILABLE')];
/** Reachable for SMS only. */
const SMS: Reading = [cs('AVAILABLE', 'DELIVERABLE'), ip('UNAVAILABLE')];
const DISCONNECTED: Reading = [ip('UNAVAILABLE'), cs('UNAVAILABLE', 'DELIVERABLE')];

const MEANING: ReadonlyMap<string, Reading> = new Map([
  ['reachability-data', DATA], ['connectivity-data', DATA], ['CONNECTED_DATA', DATA],
  ['reachability-sms', SMS], ['connectivity-sms', SMS], ['CONNECTED_SMS', SMS],
  ['reachability-disconnected', DISCONNECTED], ['connectivity-disconnected', DISCONNECTED], ['NOT_CONNECTED', DISCONNECTED],
]);

/**
 * A CAMARA event about the subscription of the telephone number it names. `hasEnded`: subscribe again; until then, and for
 * five minutes at most from `received` (epoch ms), what the subscription said still counts; where its end does not say whose it was, as long as any silent source.
 */
export function camaraEvidence({ type, time, data = {} }: CamaraEvent, received: number): NetworkEvidence & { readonly hasEnded: boolean } {
  const happened = TYPE.exec(type)?.[1];
  // A subscription is of one type of event, and its end names it by nothing but its id.
  const source = data.subscriptionId === undefined ? 'camara' : `camara/${data.subscriptionId}`;
  const report = { kind: type, user: subscriber(data.device), at: time, source };
  const hasEnded = happened === 'subscription-ended' || happened === 'subscription-ends';
  if (hasEnded) {
    const { restated, ...rest } = evidenceOf(report, report.user === undefined ? 'nothing-said' : 'restated');
    return { ...rest, restated: restated.map((each) => ({ ...each, validUntil: received + GRACE_MS })), hasEnded };
  }
  if (happened === undefined) return { ...evidenceOf(report, 'not-about-access'), hasEnded };
  const status = data.reachabilityStatus ?? data.connectivityStatus;
  const reading = MEANING.get(happened) ?? (status === undefined ? undefined : MEANING.get(status));
  return { ...evidenceOf(report, reading ?? 'not-about-access'), hasEnded };
}

function subscriber(device: NonNullable<CamaraEvent['data']>['device']): CpmAddress | undefined {
  if (device?.phoneNumber !== undefined) return subscriberOf(`msisdn-${device.phoneNumber.replace('+', '')}`);
  return device?.networkAccessIdentifier === undefined ? undefined : subscriberOf(`extid-${device.networkAccessIdentifier}`);
}
