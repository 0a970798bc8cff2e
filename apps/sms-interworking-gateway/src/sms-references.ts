import { handsetCause } from '@cpm/contracts-sms-interworking-gateway';
import { z } from 'zod';
import { messageState } from './receipt-state.js';

/** Which segment of which SMS an SMSC's message id stands for. */
export interface SegmentReference {
  readonly user: string;
  readonly smsId: string;
  readonly attempt: number;
  /** The id as the SMSC gave it in its response. */
  readonly segmentId: string;
  /** How many segments the SMS has; an earlier version did not note it. */
  readonly segments?: number;
}

/** A receipt as it waits for its response, or is handed on. */
export const keptReceipt = z.object({ messageId: z.string(), state: messageState, error: z.string().optional(), cause: handsetCause.optional(), at: z.number() });
export type KeptReceipt = z.infer<typeof keptReceipt>;

/**
 * What ties receipts to submissions, shared by all replicas: a receipt may reach another replica, and before the response.
 * Each side first writes its own, then looks for the other's, so that at least one of them finds both.
 */
export interface SmsReferences {
  /** Keeps the reference under the response's id. */
  keep(smscId: string, reference: SegmentReference): Promise<void>;
  /** The reference of the first of the ids that has one. */
  find(smscId: string, ids: readonly string[]): Promise<SegmentReference | undefined>;
  /** Keeps a receipt for a response that has not come; `ids` are those it may come with. */
  park(smscId: string, ids: readonly string[], receipt: KeptReceipt): Promise<void>;
  /** Receipts parked for a response's id, oldest first. */
  parked(smscId: string, responseId: string): Promise<KeptReceipt[]>;
  unpark(smscId: string, receipt: KeptReceipt): Promise<void>;
}
