import { SmscReceipt } from '@cpm/contracts-sms-interworking-gateway';
import type { Ingress } from '@cpm/runtime-ports';
import type { DeliveryReceipt, SmppAddress, SubmitSm } from '@cpm/smpp';
import type { CpmAddress } from '@cpm/vocabulary';
import { responseIdsFor, type IdFormat } from './message-id-forms.js';
import { causeOf, type ErrorCauses } from './receipt-cause.js';
import { reportedState } from './receipt-state.js';
import type { KeptReceipt, SegmentReference, SmsReferences } from './sms-references.js';

export type ReceiptFate = 'reported' | 'parked' | 'unreadable';

/** An SMSC, as far as reading its receipts needs it. */
export interface MessageIdScope {
  readonly id: string;
  readonly idFormat: IdFormat;
  /** What its error codes mean for the handset. */
  readonly errorCauses?: ErrorCauses | undefined;
}

/** The receipt may have reached a replica whose clock is behind. */
const CLOCKS_DIFFER_MS = 5_000;

/** Joins receipts with the submissions they are about, whichever comes first. */
export class Receipts {
  constructor(
    private readonly references: SmsReferences,
    private readonly ingress: Ingress,
    private readonly now: () => number,
  ) {}

  /** Resolves once the receipt is in the log or parked: then the SMSC may forget it. */
  async take(smsc: MessageIdScope, delivery: DeliveryReceipt): Promise<ReceiptFate> {
    const { messageId } = delivery;
    const receipt = keptReceiptOf(delivery, smsc, this.now());
    if (!receipt) return 'unreadable';
    const ids = responseIdsFor(messageId, smsc.idFormat);
    const known = await this.references.find(smsc.id, ids);
    if (known) return this.report(known, receipt);
    const key = delivery.userMessageReference === undefined ? [] : [submissionKey(delivery.from, delivery.userMessageReference)];
    await this.references.park(smsc.id, [...ids, ...key], receipt);
    const arrived = await this.references.find(smsc.id, ids);
    if (!arrived) return 'parked';
    await this.report(arrived, receipt);
    await this.references.unpark(smsc.id, receipt);
    return 'reported';
  }

  /** The SMSC accepted a segment: keeps its reference, so that receipts find it from now on. */
  async accepted(smsc: MessageIdScope, reference: SegmentReference): Promise<void> {
    await this.references.keep(smsc.id, reference);
  }

  /** Reports what came for a segment before its response. */
  async joinParked(smsc: MessageIdScope, reference: SegmentReference): Promise<void> {
    for (const receipt of await this.references.parked(smsc.id, reference.segmentId)) {
      await this.report(reference, receipt);
      await this.references.unpark(smsc.id, receipt);
    }
  }

  /** The id by which a receipt names a segment that was submitted `since`; undefined while none does. */
  async provenId(smscId: string, { segment: { destination, userMessageReference }, since }: { readonly segment: SubmitSm; readonly since: number }): Promise<string | undefined> {
    if (userMessageReference === undefined) return undefined;
    const parked = await this.references.parked(smscId, submissionKey(destination, userMessageReference));
    return parked.find(({ at }) => at >= since - CLOCKS_DIFFER_MS)?.messageId;
  }

  private async report({ user, smsId, attempt, segmentId, segments }: SegmentReference, { state, error, cause, at }: KeptReceipt): Promise<'reported'> {
    const why = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
    await this.ingress.publish(SmscReceipt, { user: user as CpmAddress, smsId, attempt, at, segmentId, ...(segments !== undefined && { segments }), state, ...why });
    return 'reported';
  }
}

/** What a segment is parked under beside its ids: the reference is the segment's own among those to its recipient. */
function submissionKey({ address }: SmppAddress, userMessageReference: number): string {
  return `to:${address.replace(/^\+/, '')}/${userMessageReference}`;
}

/** Undefined when it names no message or no state. */
function keptReceiptOf(delivery: DeliveryReceipt, { errorCauses }: MessageIdScope, at: number): KeptReceipt | undefined {
  const { messageId, errorCode } = delivery;
  const state = reportedState(delivery.state);
  if (messageId === '' || state === undefined) return undefined;
  const cause = causeOf(delivery, errorCauses);
  return { messageId, state, at, ...(errorCode !== undefined && { error: errorCode }), ...(cause !== undefined && { cause }) };
}
