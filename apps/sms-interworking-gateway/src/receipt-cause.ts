import { handsetCause, type HandsetCause } from '@cpm/contracts-sms-interworking-gateway';
import type { DeliveryReceipt } from '@cpm/smpp';
import { z } from 'zod';

/** What an SMSC's own error codes mean for the handset, by code. */
export const errorCauses = z.record(z.string().regex(/^[0-9A-Za-z]{1,5}$/, 'must be an error code of 1 to 5 letters and digits'), handsetCause);
export type ErrorCauses = Readonly<z.infer<typeof errorCauses>>;

const GSM = 3;

/**
 * Local values of MAP errors (3GPP TS 29.002 section 17.6.6): absentSubscriberSM, absentSubscriber, callBarred. What an
 * sm-DeliveryFailure (32) is about stands in its parameter, which the TLV has no place for; some SMSCs give the TP-Failure-Cause
 * instead (3GPP TS 23.040 section 9.2.3.22): SIM SMS storage full, memory capacity exceeded.
 */
const GSM_CAUSES: Readonly<Record<number, HandsetCause>> = {
  6: 'absent-subscriber', 27: 'absent-subscriber', 13: 'barred', 0xd0: 'memory-full', 0xd3: 'memory-full',
};

const FAILURES: ReadonlySet<DeliveryReceipt['state']> = new Set(['EXPIRED', 'UNDELIVERABLE', 'REJECTED', 'DELETED']);

/** Why the handset did not get the text: by what the SMSC's codes are configured to mean, else by the network's own; undefined when nobody says. */
export function causeOf({ state, errorCode, networkError }: DeliveryReceipt, configured: ErrorCauses = {}): HandsetCause | undefined {
  if (!FAILURES.has(state)) return undefined;
  const own = errorCode === undefined ? undefined : configured[errorCode];
  return own ?? (networkError?.networkType === GSM ? GSM_CAUSES[networkError.code] : undefined);
}
