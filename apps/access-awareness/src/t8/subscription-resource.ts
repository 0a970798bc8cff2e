import type { NetworkMonitoring } from '@cpm/vocabulary';
import { z } from 'zod';

const SUBSCRIPTION_URI = /\/subscriptions\/([\w.~!$&'()*+,;=:@%-]{1,256})\/?$/;

/**
 * The last segment of a subscription's URI, whatever host it names: requests go to the configured one only, so that nobody who can send us a URI
 * can send us (and the token) elsewhere. Undefined when it is no such URI.
 */
export function subscriptionIdOf(uri: unknown): string | undefined {
  if (typeof uri !== 'string' || !URL.canParse(uri, 'http://network.invalid')) return undefined;
  // The parser has resolved `..` and `.`, which are no ids.
  return SUBSCRIPTION_URI.exec(new URL(uri, 'http://network.invalid').pathname)?.[1];
}

export interface SubscriptionWish {
  readonly msisdn: string;
  readonly monitoring: NetworkMonitoring;
  readonly callbackUrl: string;
  /** Epoch ms. */
  readonly expiresAt: number;
  /** How long a phone may be silent before its loss is reported. */
  readonly detectionSec: number;
}

/** Bits of TS 29.122 table 5.3.4-1: Loss_of_connectivity_notification (1) and Ue-reachability_notification (2). */
const SUPPORTED_FEATURES = '3';

const KIND = {
  UE_REACHABILITY_FOR_SMS: () => ({ monitoringType: 'UE_REACHABILITY', reachabilityType: 'SMS', maximumNumberOfReports: 1 }),
  UE_REACHABILITY_FOR_DATA: () => ({ monitoringType: 'UE_REACHABILITY', reachabilityType: 'DATA' }),
  LOSS_OF_CONNECTIVITY: (detectionSec: number) => ({ monitoringType: 'LOSS_OF_CONNECTIVITY', maximumDetectionTime: detectionSec }),
} as const satisfies Record<NetworkMonitoring, (detectionSec: number) => object>;

/** A MonitoringEventSubscription (TS 29.122 5.3.2.1.2; TS29122_MonitoringEvent.yaml of V18.4.0). */
export function monitoringEventSubscription({ msisdn, monitoring, callbackUrl, expiresAt, detectionSec }: SubscriptionWish): object {
  return {
    supportedFeatures: SUPPORTED_FEATURES, msisdn, notificationDestination: callbackUrl, ...KIND[monitoring](detectionSec),
    monitorExpireTime: new Date(expiresAt).toISOString(),
  };
}

/** What is read of a MonitoringEventSubscription that the network answers with; reports that stand in it unchecked. */
export const answeredSubscription = z
  .object({
    self: z.string().optional().catch(undefined),
    notificationDestination: z.string().optional().catch(undefined),
    monitorExpireTime: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)).optional().catch(undefined),
    monitoringEventReport: z.unknown(),
    addnMonEventReports: z.array(z.unknown()).catch([]),
  })
  .partial()
  .catch({})
  .transform(({ monitoringEventReport: first, addnMonEventReports: more = [], ...rest }) => ({ ...rest, reports: [...(first === undefined ? [] : [first]), ...more] }));

/** An answer that is a MonitoringEventReport, or MonitoringEventReports. */
export function reportsInstead(body: unknown): readonly unknown[] {
  const listed = (body as { monitoringEventReports?: unknown } | undefined | null)?.monitoringEventReports;
  return Array.isArray(listed) ? (listed as unknown[]) : [body];
}
