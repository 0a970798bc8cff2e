import { handsetCause, messageState } from '@cpm/contracts-sms-interworking-gateway';
import { z } from 'zod';

/** Which segment of which SMS an SMSC's message id stands for. */
export interface SegmentReference {
  readonly user: string;
  readonly smsId: string;
  readonly attempt: number;
  /** The id as the SMSC gave it in its response; empty where that is missing. */
  readonly segmentId: string;
  /** How many segments the SMS has; an earlier version did not note it. */
  readonly segments?: number;
  /** The last segment of a text, of which no response came: the ids of those before it. */
  readonly acceptedBefore?: readonly string[] | undefined;
}

/** A receipt as it waits for its response, or is handed on. */
export const keptReceipt = z.object({ messageId: z.string(), state: messageState, error: z.string().optional(), cause: handsetCause.optional(), at: z.number(), doneAt: z.number().optional() });
export type KeptReceipt = z.infer<typeof keptReceipt>;

/**
 * What ties receipts to submissions, shared by all replicas: a receipt may reach another replica, and before the response.
 * Each side first writes its own, then looks for the other's, so that at least one of them finds both.
 */
export interface SmsReferences {
  keep(smscId: string, key: string, reference: SegmentReference): Promise<void>;
  /** The references under these keys, in the order of the keys. */
  find(smscId: string, keys: readonly string[]): Promise<readonly SegmentReference[]>;
  /** Keeps a receipt for a segment that is not known yet; `keys` are those it may become known by. */
  park(smscId: string, keys: readonly string[], receipt: KeptReceipt): Promise<void>;
  /** Receipts parked under any of these keys, oldest first. */
  parked(smscId: string, keys: readonly string[]): Promise<readonly KeptReceipt[]>;
  unpark(smscId: string, receipt: KeptReceipt): Promise<void>;
}
